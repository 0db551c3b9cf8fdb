import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sized } from '../../../../tools/testing/full.ts';
import { Pattern } from '../../src/pattern/pattern.ts';
import { cutAtMatches } from '../../src/pre-tokenizers/behavior.ts';
import { Oracle } from '../support/oracle.ts';
import { HARD_TEXTS, wordyText } from '../support/texts.ts';

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** Patterns of well-known tokenizers. */
const WELL_KNOWN: readonly (readonly [string, string])[] = [
  ['GPT-2', `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`],
  [
    'cl100k, Llama 3',
    `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  ],
  [
    'cl100k, possessive',
    `'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s`,
  ],
  [
    'o200k',
    `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+${contractions}?|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`,
  ],
  [
    'Qwen',
    `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  ],
  ['DeepSeek V3, numbers', '\\p{N}{1,3}'],
  ['DeepSeek V3, Han and kana', '[一-龥぀-ゟ゠-ヿ]+'],
  [
    'DeepSeek V3, words',
    `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${spaces}`,
  ],
  [
    'Kimi K2',
    `[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[${upper}&&[^\\p{Han}]]*[${lower}&&[^\\p{Han}]]+${contractions}?|[^\\r\\n\\p{L}\\p{N}]?[${upper}&&[^\\p{Han}]]+[${lower}&&[^\\p{Han}]]*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  ],
  ['BLOOM', ` ?[^(\\s|[.,!?…。，、।۔،])]+`],
  ['DeepSeek LLM', `[\\r\\n]|\\s?\\p{L}+|\\s?\\p{P}+|[一-龥ࠀ-一가-퟿]+|\\p{N}`],
];

/** What else the syntax has. */
const OTHERS: readonly string[] = [
  'a|ab|abc',
  'abc|ab|a',
  '(?:a|b)+?c?',
  'a{2,3}',
  'a{2}|b{,2}c',
  'l*',
  '^\\s*|\\s+$',
  '(?<=a)[a-z]',
  '(?<![a-z])[a-z]+(?=\\s|$)',
  '(?<!\\S)\\S',
  '\\A.|.\\z',
  '(?i)THE|é|k|S',
  '[^\\W\\d_]+',
  '[\\x41-\\x{5a}\\u0061-c]+',
  '\\h+|\\H',
  '[]a]|[a\\]-]',
  '\\P{L}\\p{^Lu}',
  '(a*)*b',
];

const pieces = (pattern: Pattern, text: string) => {
  const cuts = cutAtMatches(pattern.findAll(text), text.length, 'Isolated', false);
  return Array.from({ length: cuts.length / 2 }, (_, i) =>
    text.slice(cuts[2 * i], cuts[2 * i + 1]),
  );
};

/** A tokenizer of the Rust library that makes one token of each piece. */
function rustSplitter(source: string): Oracle {
  const pre_tokenizer = {
    type: 'Split',
    pattern: { Regex: source },
    behavior: 'Isolated',
    invert: false,
  };
  const model = { type: 'WordLevel', vocab: { '<unk>': 0 }, unk_token: '<unk>' };
  return new Oracle(JSON.stringify({ version: '1.0', added_tokens: [], pre_tokenizer, model }));
}

describe('Pattern', () => {
  it.each([...WELL_KNOWN, ...OTHERS.map((each) => [each, each] as const)])(
    'finds what Oniguruma finds: %s',
    async (_, source) => {
      const ours = new Pattern(source);
      const rust = rustSplitter(source);
      const check = async (text: string) => {
        const wellFormed = Buffer.from(text).toString();
        const encoding = await rust.raw.encode(wellFormed);
        const characters = Array.from(wellFormed);
        const expected = encoding
          .getOffsets()
          .map(([start, end]) => characters.slice(start, end).join(''));
        expect(pieces(ours, wellFormed), JSON.stringify(text)).toEqual(expected);
      };
      for (const text of HARD_TEXTS) await check(text);
      await fc.assert(fc.asyncProperty(wordyText, check), { numRuns: sized(300, 20_000) });
    },
  );

  it.each([
    ['(a', 'lacks a ")"'],
    ['a)', 'has a ")" without "("'],
    ['[a', 'ends too early'],
    ['*a', 'has nothing before "*"'],
    ['\\', 'ends too early'],
    ['(a)\\1', 'uses \\1, which is not supported'],
    ['(?>a)b', 'uses (?>...), which is not supported'],
    ['a(?=bc)', 'looks around by more than one character'],
    ['(?<name>a)', 'is not supported'],
    ['(?:ab)*+', 'repeats a group possessively'],
    ['(?i:ess)', 'ignores the case of "ss"'],
    ['a{2000}', 'repeats more than 1000 times'],
    ['((a{900}){900}){900}', 'is too large'],
    ['[b-a]', 'whose end comes before its start'],
    ['\\p{Klingon}', 'names the Unicode property "Klingon"'],
    ['\\p{constructor}', 'names the Unicode property "constructor"'],
    ['[[:alpha:]]', 'uses a POSIX bracket'],
    ['\\x{ffffff}', 'which does not exist'],
    ['('.repeat(100), 'nests groups too deeply'],
    ['['.repeat(100), 'nests classes too deeply'],
  ])('refuses %s by name', (source, reason) => {
    expect(() => new Pattern(source)).toThrow(reason);
  });

  /** Steps of the automaton that a text takes: what time would measure, without a clock. */
  const stepsOf = (source: string, text: string) => {
    let read = 0;
    const counted = new Proxy(new String(text), {
      get: (target, name) => {
        if (name === 'charCodeAt') {
          return (index: number) => {
            read++;
            return text.charCodeAt(index);
          };
        }
        if (name === 'codePointAt') return (index: number) => text.codePointAt(index);
        return Reflect.get(target, name, target);
      },
    });
    new Pattern(source).findAll(counted as unknown as string);
    return read;
  };

  it.each(WELL_KNOWN)('reads each character a few times at most: %s', (_, source) => {
    for (const unit of ['a', ' ', '\n', '1', "'", '.', 'A', 'é', 'aA', " '", '\n ', 'x1', '漢']) {
      const text = unit.repeat(4000 / unit.length);
      expect(stepsOf(source, text), JSON.stringify(unit)).toBeLessThan(5 * text.length + 20);
    }
  });

  it('is not stalled by a pattern that backtracking engines hang on', () => {
    const hostile = new Pattern('(a+)+$');
    expect(hostile.findAll(`${'a'.repeat(2000)}b`)).toEqual([]);
    expect(() => hostile.findAll(`${'a'.repeat(200_000)}b`)).toThrow(
      /\(a\+\)\+\$.*more than linear time on a text of 200001/,
    );
    expect(new Pattern('(a|b)*a(a|b){12}$').findAll('a'.repeat(500))).toEqual([0, 500]);
  });
});
