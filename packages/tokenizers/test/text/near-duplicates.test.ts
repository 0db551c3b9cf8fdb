import { describe, expect, it } from 'vitest';
import {
  chooseBanding,
  exactDuplicatesStep,
  jaccard,
  minHasher,
  nearDuplicatesStep,
  prepareText,
  shingles,
  signatureSimilarity,
} from '../../src/text/index.ts';
import { randomBelow, seededRandom } from '../../src/text/random.ts';
import { collect } from './support.ts';

const random = seededRandom(3);
const sentence = (words: number) =>
  Array.from({ length: words }, () => `w${randomBelow(random, 5000)}`);

/** Pairs of texts of 100 words that differ in 0 to 12 of them. */
const pairs = Array.from({ length: 400 }, (_, at) => {
  const words = sentence(100);
  const changed = [...words];
  for (let edits = at % 13; edits > 0; edits--) changed[randomBelow(random, 100)] = `x${edits}`;
  return [words.join(' '), changed.join(' ')] as const;
});
const similarities = pairs.map(([a, b]) => jaccard(shingles(a), shingles(b)));

describe('exact duplicates', () => {
  it('drops what is equal after normalization', async () => {
    const rows = ['a  b', 'a b ', 'A b', 'ａ b', 'a, b'];
    const strict = prepareText(rows, [exactDuplicatesStep()]);
    expect((await collect(strict)).map(({ text }) => text)).toEqual(['a  b', 'A b', 'a, b']);
    const loose = [exactDuplicatesStep({ ignore_case: true, ignore_punctuation: true })];
    expect(await collect(prepareText(rows, loose))).toHaveLength(1);
    // A step remembers nothing from run to run.
    expect(await collect(prepareText(rows, loose))).toHaveLength(1);
  });
});

describe('MinHash', () => {
  it('estimates the exact Jaccard similarity', () => {
    const sign = minHasher({ num_permutations: 256 });
    const errors = pairs.map(
      ([a, b], at) => signatureSimilarity(sign(a), sign(b)) - similarities[at]!,
    );
    const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, each) => sum + each * each, 0) / errors.length);
    // One estimate deviates by at most 1 / (2 √256); the mean of 400 by a twentieth of that: here 4 of them.
    expect(deviation).toBeLessThan(1 / 32);
    expect(Math.abs(mean)).toBeLessThan((4 * (1 / 32)) / 20);
  });

  it('depends on its seed alone', () => {
    const [text] = pairs[0]!;
    expect(minHasher({ seed: 5 })(text)).toEqual(minHasher({ seed: 5 })(text));
    expect(minHasher({ seed: 5 })(text)).not.toEqual(minHasher({ seed: 6 })(text));
  });

  it('chooses bands that part the similar from the others', () => {
    for (const threshold of [0.3, 0.5, 0.8, 0.95]) {
      const { bands, rows } = chooseBanding(threshold, 128);
      expect(bands * rows).toBeLessThanOrEqual(128);
      const found = (similarity: number) => 1 - (1 - similarity ** rows) ** bands;
      expect(found(Math.min(1, threshold + 0.1))).toBeGreaterThan(0.95);
    }
  });

  it('refuses options out of range', () => {
    expect(() => minHasher({ num_permutations: 1.5 })).toThrow('whole number');
    expect(() => minHasher({ shingle_unit: 'byte' as 'word' })).toThrow('"byte"');
    expect(() => nearDuplicatesStep({ treshold: 0.5 } as object)).toThrow('unknown option');
    expect(() => signatureSimilarity(new Uint32Array(1), new Uint32Array(2))).toThrow('1 and 2');
  });
});

describe('near duplicates', () => {
  it('finds those that the exact similarity finds', async () => {
    const rows = pairs.flatMap(([a, b], pair) => [
      { text: a, pair, copy: false },
      { text: b, pair, copy: true },
    ]);
    const kept = await collect(prepareText(rows, [nearDuplicatesStep({ threshold: 0.7 })]));
    expect(kept.filter(({ copy }) => !copy)).toHaveLength(pairs.length);
    const left = new Set(kept.filter(({ copy }) => copy).map(({ pair }) => pair));
    const found = (above: (similarity: number) => boolean) => {
      const chosen = similarities.flatMap((each, at) => (above(each) ? [at] : []));
      expect(chosen.length).toBeGreaterThan(40);
      return chosen.filter((at) => !left.has(at)).length / chosen.length;
    };
    expect(found((each) => each >= 0.7)).toBeGreaterThan(0.95);
    expect(found((each) => each >= 0.8)).toBeGreaterThan(0.98);
    expect(found((each) => each < 0.6)).toBeLessThan(0.05);
  });
});
