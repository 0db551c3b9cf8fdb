import { expect, test } from 'vitest';
import { assertClose, median, range } from '../harness/statistics.ts';

test('median is the middle value, or the mean of the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('no values');
});

test('range is smallest and largest', () => {
  expect(range([3, -1, 2])).toEqual([-1, 3]);
});

test('results within the tolerance of the largest magnitude pass', () => {
  assertClose(['a', 'b'], [1000, 0.001], [1000, 0], 1e-5);
});

test.each([
  ['a difference', [1, 2.1], [1, 2], 'results differ at 1: a 2.1, b 2'],
  ['a missing value', [1], [1, 2], 'a gave 1 values, b 2'],
  ['a NaN', [1, Number.NaN], [1, 2], 'value 1 is not finite'],
])('%s is reported', (_, got, want, message) => {
  expect(() => assertClose(['a', 'b'], got, want, 1e-3)).toThrow(message);
});
