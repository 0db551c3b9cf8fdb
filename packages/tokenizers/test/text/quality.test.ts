import { describe, expect, it } from 'vitest';
import {
  measureRepetition,
  prepareText,
  qualityProblem,
  qualityStep,
} from '../../src/text/index.ts';
import { collect } from './support.ts';

const GOOD =
  'When we came to the village, the sun had already set behind the hills. Nobody was in the streets, and all of the windows were dark. We knocked at the door of a small house with a red roof. After some time an old woman opened it and asked what we wanted. She said that travellers had not come here for years, but she would gladly have us for the night.';

const GERMAN =
  'Als wir in das Dorf kamen, war die Sonne schon hinter den Bergen verschwunden. Niemand war auf der Straße, und alle Fenster blieben dunkel. Wir klopften an die Tür eines kleinen Hauses mit rotem Dach. Nach einer Weile öffnete eine alte Frau und fragte uns, was wir denn wollten. Sie sagte, dass seit Jahren keine Reisenden mehr gekommen seien.';

describe('qualityProblem', () => {
  it('finds nothing wrong with plain prose', () => {
    expect(qualityProblem(GOOD)).toBeUndefined();
  });

  it.each([
    ['fewer than 50 words', 'Too short.'],
    ['words too short', `${'a b c d '.repeat(30)}`],
    ['words too long', 'Donaudampfschifffahrt '.repeat(60)],
    ['too many symbols', `${GOOD} ${'# '.repeat(20)}`],
    [
      'too many bullets',
      GOOD.split('. ')
        .map((line) => `- ${line}`)
        .join('\n'),
    ],
    [
      'too many ellipses',
      GOOD.split('. ')
        .map((line) => `${line}…`)
        .join('\n'),
    ],
    ['too few words with letters', `${GOOD} ${'1234 '.repeat(40)}`],
    ['too few stop words', GOOD.replace(/\b(the|be|to|of|and|that|have|with)\b/gi, 'xyz')],
    ['repeated lines', `${GOOD}\n`.repeat(2)],
    ['one phrase too often', `${GOOD} ${'buy now '.repeat(40)}`],
    ['repeated phrases', `${GOOD} But then ${GOOD.slice(0, 200)}`],
  ])('finds %s', (problem, text) => {
    expect(qualityProblem(text)).toBe(problem);
  });

  it('has limits of its own for other texts', async () => {
    expect(qualityProblem('Too short.', { min_words: 1, min_stop_words: 0 })).toBeUndefined();
    expect(qualityProblem(`${GOOD}\n`.repeat(2), { repetition: false })).toBeUndefined();
    expect(qualityProblem(GOOD, { min_stop_word_share: 0.9 })).toBe('too few stop words');
    const run = prepareText(
      [GERMAN, GOOD],
      [qualityStep({ language: 'de', min_stop_word_share: 0.3 })],
    );
    expect((await collect(run)).map(({ text }) => text)).toEqual([GERMAN]);
  });

  it('refuses options it does not know and limits out of range', () => {
    expect(() => qualityProblem('', { min_word: 1 } as object)).toThrow('unknown option');
    expect(() => qualityProblem('', { max_bullet_lines: 90 })).toThrow('got 90');
    expect(() => qualityProblem('', { repetition: { top_ngrams: [1] } })).toThrow(
      '3 shares, got 1',
    );
    expect(() => qualityStep({ language: 'en', stop_words: new Set() })).toThrow('one of them');
  });
});

describe('measureRepetition', () => {
  it('measures by characters', () => {
    const text = 'aa bb\ncc\naa bb\n\ncc';
    const { duplicate_lines, duplicate_line_characters, duplicate_paragraphs } = measureRepetition(
      text,
      text.split(/\s+/),
    );
    expect(duplicate_lines).toBe(2 / 4);
    expect(duplicate_line_characters).toBe(7 / 14);
    expect(duplicate_paragraphs).toBe(0);
  });

  it('counts the most frequent phrase, and each character of repeated ones once', () => {
    const words = 'a b c d e x a b c d e'.split(' ');
    const { top_ngrams, duplicate_ngrams } = measureRepetition(words.join(' '), words);
    expect(top_ngrams).toEqual([4 / 11, 6 / 11, 8 / 11]);
    expect(duplicate_ngrams).toEqual([10 / 11, 0, 0, 0, 0, 0]);
  });
});
