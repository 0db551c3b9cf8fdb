import { describe, expect, it } from 'vitest';
import { judge } from '../../src/probabilities/scores.ts';

describe('judge', () => {
  it('gives probability, place, entropy and the most probable tokens', () => {
    const shares = [0.5, 0.25, 0.125, 0.125];
    const score = judge(
      shares.map((share) => Math.log(share) + 7),
      1,
    );
    expect(score.probability).toBeCloseTo(0.25, 12);
    expect(score.logProbability).toBeCloseTo(Math.log(0.25), 12);
    expect(score.rank).toBe(2);
    expect(score.entropy).toBeCloseTo(1.75, 12);
    expect(score.top.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(score.top[0]!.probability).toBeCloseTo(0.5, 12);
  });

  it('keeps ten, of equal ones the first', () => {
    expect(judge(new Float32Array(50), 3).top.map(({ id }) => id)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('takes scores that differ by more than a number holds', () => {
    const { probability, entropy, rank } = judge([1000, -1000, Number.NEGATIVE_INFINITY], 2);
    expect([probability, entropy, rank]).toEqual([0, 0, 3]);
  });
});
