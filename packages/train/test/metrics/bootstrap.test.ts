import { accuracy, bootstrap, corpusBleu } from '@llm/train';
import { describe, expect, it } from 'vitest';

describe('bootstrap', () => {
  const references = Array.from({ length: 400 }, () => 1);
  const predictions = references.map((_, index) => (index % 5 === 0 ? 0 : 1));

  it('finds the interval of a share', () => {
    const got = bootstrap(accuracy, predictions, references, { samples: 2000 });
    const deviation = Math.sqrt((0.8 * 0.2) / 400); // of a binomial share
    expect(got.score).toBe(0.8);
    // 2000 draws give the deviation within 1/√4000 = 1.6 %, and an end of the interval within about 5 % of it.
    expect(got.standardError / deviation).toBeCloseTo(1, 1);
    expect((0.8 - got.lower) / deviation).toBeCloseTo(1.96, 0);
    expect((got.upper - 0.8) / deviation).toBeCloseTo(1.96, 0);
    expect(got.lower).toBeLessThan(got.upper);
  });

  it('draws the same for one seed, and others for another', () => {
    const run = (seed: number) =>
      bootstrap(accuracy, predictions, references, { seed, samples: 50 }).standardError;
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  it('widens with confidence, and takes any metric', () => {
    const width = (confidence: number) => {
      const { lower, upper } = bootstrap(accuracy, predictions, references, { confidence });
      return upper - lower;
    };
    expect(width(0.99)).toBeGreaterThan(width(0.8));
    const texts = ['a b c d e', 'f g h i j', 'k l m n o'];
    const bleu = (p: string[], r: string[]) => corpusBleu(p, r).score;
    const { lower, upper } = bootstrap(bleu, texts, texts, { samples: 5 });
    expect([lower, upper]).toEqual([expect.closeTo(100, 10), expect.closeTo(100, 10)]);
  });

  it('refuses draws without a score', () => {
    expect(() => bootstrap(() => Number.NaN, [1], [1])).toThrow('NaN for draw 0');
    expect(() => bootstrap(accuracy, [1], [1], { confidence: 1 })).toThrow('in (0, 1)');
  });
});
