import { describe, expect, it } from 'vitest';
import { stepTimes } from '../src/step-times.ts';
import { divide } from '../src/tickets.ts';

describe('divide', () => {
  it('gives each chunk to one ticket, and numbers tickets through', () => {
    const counts = [1, 7, 16, 17, 1000];
    const divided = divide(
      counts.map((chunks, after) => ({ chunks, after })),
      2,
    );
    let next = 0;
    divided.forEach(({ grain, first, end }, i) => {
      expect(first).toBe(next);
      expect((end - first - 1) * grain).toBeLessThan(counts[i]!);
      expect((end - first) * grain).toBeGreaterThanOrEqual(counts[i]!);
      next = end;
    });
  });
  it('tells which tickets each waits for', () => {
    const divided = divide(
      [
        { chunks: 2, after: 0 },
        { chunks: 3, after: 0 },
        { chunks: 0, after: 1 },
        { chunks: 4, after: 3 },
        { chunks: 1, after: 2 },
      ],
      4,
    );
    expect(divided.map(({ after }) => after)).toEqual([0, 0, 2, 5, 5]);
  });
  it('takes nothing for nothing', () => {
    expect(divide([], 2)).toEqual([]);
  });
});

describe('stepTimes', () => {
  it('gives an instruction the time of its slowest thread', () => {
    expect([...stepTimes([Float64Array.of(3, 1), Float64Array.of(2, 1)])]).toEqual([3, 1]);
  });
  it('shortens what ran side by side to the time of the slowest thread', () => {
    expect([...stepTimes([Float64Array.of(4, 0), Float64Array.of(0, 4)])]).toEqual([2, 2]);
  });
  it('knows instructions that took no time', () => {
    expect([...stepTimes([Float64Array.of(0), Float64Array.of(0)])]).toEqual([0]);
  });
});
