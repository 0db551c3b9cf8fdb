import { describe, expect, it } from 'vitest';
import { stepTimes } from '../src/step-times.ts';
import { divide } from '../src/tickets.ts';

const alone = (chunks: number) => ({ chunks, joinsPrevious: false });
const joined = (chunks: number) => ({ chunks, joinsPrevious: true });

describe('divide', () => {
  it('gives each chunk to one ticket, and numbers tickets through', () => {
    const counts = [1, 7, 16, 17, 1000];
    const divided = divide(counts.map(alone), 2);
    let next = 0;
    divided.forEach(({ grain, first, end }, i) => {
      expect(first).toBe(next);
      expect((end - first - 1) * grain).toBeLessThan(counts[i]!);
      expect((end - first) * grain).toBeGreaterThanOrEqual(counts[i]!);
      next = end;
    });
  });
  it('tells where waves begin and end', () => {
    const divided = divide([alone(2), joined(3), alone(1), joined(0), joined(4)], 4);
    const ends = divided.map(({ waveFirst, waveEnd }) => [waveFirst, waveEnd]);
    expect(ends).toEqual([
      [0, 5],
      [0, 5],
      [5, 10],
      [5, 10],
      [5, 10],
    ]);
  });
  it('takes nothing for nothing', () => {
    expect(divide([], 2)).toEqual([]);
  });
});

describe('stepTimes', () => {
  it('gives an instruction that ran alone the time of its slowest thread', () => {
    const times = stepTimes([{}, {}], [Float64Array.of(3, 1), Float64Array.of(2, 5)]);
    expect([...times]).toEqual([3, 5]);
  });
  it('divides the time of the slowest thread among those that ran side by side', () => {
    const instructions = [{}, { joinsPrevious: true }, { joinsPrevious: true }];
    const times = stepTimes(instructions, [Float64Array.of(4, 0, 0), Float64Array.of(0, 2, 2)]);
    expect([...times]).toEqual([2, 1, 1]);
  });
  it('knows instructions that took no time', () => {
    expect([...stepTimes([{}], [Float64Array.of(0)])]).toEqual([0]);
  });
});
