import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { fullDates, namesInAllLanguages } from './names.ts';
import { HARD_TEXTS, wordyText } from './texts.ts';

/** A flag that TypeScript does not allow in a literal yet. */
const PROPERTIES_OF_STRINGS = 'v';

/** Words that do not end. */
const ENDLESS: readonly string[] = [
  'a',
  '🙂',
  ' ',
  'ab',
  "'",
  '漢',
  'e\u0301',
  '\n',
  '0',
  '-',
  'ก',
].map((unit) => unit.repeat(2000));

/**
 * Real text, mixed: interface texts, names and dates of all languages that the JavaScript engine knows
 * (some thirty scripts), the same with marks apart from their letters, source code, long paragraphs,
 * every emoji sequence, words that do not end, and random strings of letters, marks, emoji, control
 * characters and lone surrogates.
 *
 * @param count - How many lines, spread evenly over each kind; the hard ones always, being few.
 * @param phrases - More real text, where there is some.
 */
export function mixedLines(count: number, phrases: readonly string[] = []): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript/lib/typescript.js'));
  const messages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry): string[] =>
      Object.values(
        JSON.parse(
          readFileSync(join(folder, entry.name, 'diagnosticMessages.generated.json'), 'utf8'),
        ),
      ),
    );
  const names = [...namesInAllLanguages(), ...fullDates()];
  const real = [...messages, ...phrases, ...names];
  const hard = [...HARD_TEXTS, ...ENDLESS];
  const kinds: readonly (readonly [share: number, lines: () => readonly string[]])[] = [
    [0.25, () => messages],
    [phrases.length === 0 ? 0 : 0.25, () => phrases],
    [0.2, () => names],
    [0.1, () => real.map((line) => line.normalize('NFD')).filter((line) => line.length < 500)],
    [0.25, () => readFileSync(join(folder, 'typescript.js'), 'utf8').split('\n').slice(1000)],
    [0.05, () => emojiSequences()],
    [0.002, () => paragraphs(real)],
    [1, () => fc.sample(wordyText, { numRuns: count, seed: 1 })],
  ];
  const lines = [...hard];
  for (const [share, read] of kinds) {
    const wanted = Math.min(Math.ceil(share * count), Math.max(0, count - lines.length));
    if (wanted > 0) lines.push(...spread(read(), wanted));
  }
  return lines;
}

/** At most `count` lines, evenly. */
function spread(lines: readonly string[], count: number): string[] {
  const step = Math.max(1, lines.length / count);
  return Array.from(
    { length: Math.min(count, lines.length) },
    (_, index) => lines[Math.floor(index * step)]!,
  );
}

/** Thirty lines of anywhere in one, with spaces or line ends between them. */
function paragraphs(lines: readonly string[]): string[] {
  return Array.from({ length: 1000 }, (_, index) =>
    Array.from(
      { length: 30 },
      (_, line) => lines[(index * 7919 + line * 104_729) % lines.length]!,
    ).join(index % 2 === 0 ? ' ' : '\n'),
  );
}

/** What Unicode recommends as one emoji, a few in a text: skin tones, families, flags, keycaps. */
function emojiSequences(): string[] {
  const isEmoji = new RegExp(String.raw`^\p{RGI_Emoji}$`, PROPERTIES_OF_STRINGS);
  const tones = ['', '🏻', '🏼', '🏽', '🏾', '🏿'];
  const ends = ['', '\u{fe0f}', '\u{20e3}', '\u{fe0f}\u{20e3}'];
  const joined = [
    '❤️',
    '⚕️',
    '⚖️',
    '✈️',
    '♀️',
    '♂️',
    '🌈',
    '🌾',
    '🍳',
    '🎓',
    '🏫',
    '💻',
    '🔬',
    '🚀',
    '🚒',
    '🦰',
  ];
  const people = ['👨', '👩', '🧑', '👧', '👦', '🏃', '🏳️', '🧔'];
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(0x1f1e6 + index));
  const bases = Array.from({ length: 0x1fb00 }, (_, code) => code)
    .filter((code) => code < 0x10000 || code >= 0x1f000)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => /\p{Emoji}/u.test(character));
  const candidates = [
    ...bases.flatMap((base) => [...tones, ...ends].map((end) => base + end)),
    ...letters.flatMap((first) => letters.map((second) => first + second)),
    ...people.flatMap((person) =>
      [...tones].flatMap((tone) =>
        [...joined, ...people].map((other) => `${person}${tone}\u200d${other}`),
      ),
    ),
    ...people.flatMap((first) =>
      people.flatMap((second) => people.map((third) => `${first}\u200d${second}\u200d${third}`)),
    ),
  ];
  const found = [...new Set(candidates)].filter((candidate) => isEmoji.test(candidate));
  return found.map(
    (emoji, index) =>
      [emoji, `${emoji} ${found[(index * 7) % found.length]}`, `a${emoji}${emoji}b`][index % 3]!,
  );
}
