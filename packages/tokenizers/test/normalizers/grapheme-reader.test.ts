import { expect, it } from 'vitest';
import { GraphemeReader } from '../../src/normalizers/grapheme-reader.ts';

/** Characters that join others in every way that Unicode has, and some that never do. */
const CHARACTERS = [
  ...['a', '字', '，', ' ', '\n', '\r', 'ﬁ', '©', '\u200c', '\u200d', '\u0301', '\ufe0f', 'ﾞ'],
  // Jamo and syllables, a Devanagari conjunct, a Thai vowel, signs that stand before, emoji, flags.
  ...['\u1100', '\u1161', '\u11a8', '가', '각', 'क', '\u094d', '\u0e33', '\u0600', '\u0d4e'],
  ...['😀', '\u{1f3fb}', '\u{1f1fa}'],
];

function clusters(reader: GraphemeReader, text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = reader.separateEnd(text, at);
    while (at < end) found.push(text[at++]!);
    at = reader.joinedEnd(text, end);
    for (const { segment } of reader.segment(text.slice(end, at))) found.push(segment);
  }
  return found;
}

it('cuts all threes of characters as Intl.Segmenter does', () => {
  const reader = new GraphemeReader();
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const wrong: string[] = [];
  for (const first of CHARACTERS) {
    for (const second of CHARACTERS) {
      for (const third of CHARACTERS) {
        const text = first + second + third;
        const wanted = Array.from(segmenter.segment(text), ({ segment }) => segment);
        if (clusters(reader, text).join('|') !== wanted.join('|')) wrong.push(text);
      }
    }
  }
  expect(wrong).toEqual([]);
});
