import { describe, expect, it } from 'vitest';
import { augmentStep, augmentText, prepareText } from '../../src/text/index.ts';
import { collect } from './support.ts';

const TEXT = 'The quick, brown fox jumps over the lazy dog and the big cat';
const words = (text: string) => text.split(' ');
const sorted = (text: string) => words(text).sort();
const synonyms = new Map([
  ['quick', ['fast', 'swift']],
  ['big', ['large']],
]);
const off = { alpha_sr: 0, alpha_ri: 0, alpha_rs: 0, p_rd: 0 };

describe('augmentText', () => {
  it('replaces words by synonyms and keeps punctuation', () => {
    const options = { ...off, alpha_sr: 0.2, synonyms, seed: 1, num_aug: 20 };
    for (const text of augmentText(TEXT, options)) {
      expect(text).toMatch(
        /^The (fast|swift), brown fox jumps over the lazy dog and the large cat$/,
      );
    }
    const stopped = augmentText(TEXT, { ...options, stop_words: new Set(['quick']) });
    expect(stopped[0]).toContain('quick,');
    const asFunction = (word: string) => synonyms.get(word) ?? [];
    expect(augmentText(TEXT, { ...options, synonyms: asFunction })).toEqual(
      augmentText(TEXT, options),
    );
  });

  it('inserts synonyms', () => {
    const options = { ...off, alpha_ri: 0.2, synonyms, num_aug: 20 };
    for (const text of augmentText(TEXT, options)) {
      expect(words(text)).toHaveLength(words(TEXT).length + 2);
      const added = words(text).filter((word) => ['fast', 'swift', 'large'].includes(word));
      expect(added).toHaveLength(2);
    }
  });

  it('swaps words', () => {
    for (const text of augmentText(TEXT, { ...off, alpha_rs: 0.1, num_aug: 20 })) {
      expect(sorted(text)).toEqual(sorted(TEXT));
      const moved = words(text).filter((word, at) => word !== words(TEXT)[at]);
      expect(moved.length).toBeLessThanOrEqual(2);
    }
  });

  it('deletes as many words as it is told to, and leaves one', () => {
    const long = Array.from({ length: 10_000 }, (_, at) => `w${at}`).join(' ');
    const [text] = augmentText(long, { ...off, p_rd: 0.3 });
    // Four standard deviations of a binomial: 4 √(10000 · 0.3 · 0.7).
    expect(Math.abs(words(text!).length - 7000)).toBeLessThan(184);
    expect(words(augmentText(TEXT, { ...off, p_rd: 1 })[0]!)).toHaveLength(1);
  });

  it('depends on its seed alone', async () => {
    expect(augmentText(TEXT, { seed: 1 })).toEqual(augmentText(TEXT, { seed: 1 }));
    expect(augmentText(TEXT, { seed: 1 })).not.toEqual(augmentText(TEXT, { seed: 2 }));
    const rows = [TEXT, TEXT];
    const once = await collect(prepareText(rows, [augmentStep()]));
    expect(await collect(prepareText(rows, [augmentStep()]))).toEqual(once);
    expect(once[0]!.text).toBe(TEXT);
    const second = once.findIndex(({ text }, at) => at > 0 && text === TEXT);
    expect(once.slice(1, second)).not.toEqual(once.slice(second + 1));
  });

  it('leaves alone what it cannot change', () => {
    expect(augmentText('', { num_aug: 2 })).toEqual(['', '']);
    expect(augmentText('!', { synonyms, num_aug: 3 })).toEqual(['!', '!', '!']);
  });

  it('refuses options that make no sense', () => {
    expect(() => augmentText(TEXT, { alpha: 1 } as object)).toThrow('unknown option');
    expect(() => augmentText(TEXT, { alpha_sr: 0.1 })).toThrow('need a dictionary');
    expect(() => augmentText(TEXT, off)).toThrow('every edit is switched off');
    expect(() => augmentText(TEXT, { alpha_rs: 1.5 })).toThrow('got 1.5');
  });
});
