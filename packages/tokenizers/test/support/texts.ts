import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';

/** Messages of the TypeScript compiler in a language: real text that every checkout has. */
export function compilerMessages(language: 'de' | 'ja' | 'ru'): string[] {
  const file = createRequire(import.meta.url).resolve(
    `typescript/lib/${language}/diagnosticMessages.generated.json`,
  );
  return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
}

/** Texts that tokenizers have stumbled over. */
export const HARD_TEXTS: readonly string[] = [
  '',
  ' ',
  '  ',
  'a',
  "'",
  "'s 't 're 've 'm 'll 'd 'S 'RE 'x ''s",
  "don't you'll we've I'm he'd DON'T ’s",
  'Hello world',
  ' leading and trailing  ',
  'a  b   c\t\td\n\n\ne \n f\r\n',
  '\u0085x\u00a0y\u2003z\ufeffw\u3000v\u200bq',
  '1234567890 3.14 ½ ² ٣ Ⅷ 一二',
  'Grüße aus Köln, naïve café, ÀÉÎÕÜ',
  'e\u0301 combining, \u0301 alone, Å vs A\u030a',
  'Привет, мир! Γειά σου Κόσμε ΟΔΟΣ',
  '你好，世界。こんにちは世界 안녕하세요',
  'שלום عالم नमस्ते ไทย ខ្មែរ',
  '🙂👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽 emoji',
  '𝕳𝖊𝖑𝖑𝖔 𝟙𝟚𝟛 𐍈 \u{10ffff}',
  '\ud800 lone \udc00 halves',
  '\0\u0001\u001f\u007f\u0080\u009f',
  '<s>text</s> <pad> <unk> < s> <s </s',
  '<s><s></s>',
  '__proto__ constructor toString',
  'if (x === null) { return `{y}`; } // comment',
  'x'.repeat(500),
  `${' '.repeat(300)}end`,
  'ab'.repeat(300),
  '!?'.repeat(200),
  '{0} is not assignable to "{1}". \\n %s %d',
];

/** Random text that mixes scripts, spaces, special tokens and code. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\t',
        "'s",
        "'ll",
        '<s>',
        '</s>',
        '<pad>',
        ' the',
        'ing',
        '0',
        '…',
        '🙂',
        'ü',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Random text of characters that every Unicode since 2010 knows, with much white space. */
export const wordyText: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...Array.from(' \t\n\u00a0\u3000abcdeloszABCEIΣσςİß.,;!?\'"-_()0123456789½²٣'),
      ...Array.from('éÅñü\u0301\u0308\u0323\u0327\u0345漢字你好ひカｶﾞ한글\u1100\u1161\u11a8'),
      ...Array.from('жЯŁﬁﬀ№①Ⅷ™\u200d\u200c\u00ad\ufeff\ufffd\u0000\u0007ไทยहिन्दी'),
      ...['  ', '   ', '🙂', '👍🏽', '👩‍👩‍👧', '𝕳', '\ud800', '<s>', "'s", 'ing', 'the ', '\r\n'],
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''));
