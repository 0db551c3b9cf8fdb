import type { OpCase } from './case.ts';
import { logSoftmax, logSumExp, softmax } from './softmax.ts';

/** Test cases of `softmax`, `logSoftmax` and `logSumExp`. */
export const cases: readonly OpCase[] = [
  {
    name: 'softmax',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => softmax(x!),
  },
  { name: 'softmax of one', inputs: [{ shape: [4, 1] }], build: ([x]) => softmax(x!) },
  {
    name: 'softmax, first axis',
    inputs: [{ shape: [4, 2, 3] }],
    terms: 4,
    build: ([x]) => softmax(x!, 0),
  },
  {
    name: 'softmax of large values',
    inputs: [{ shape: [2, 3], values: [1000, 1001, 999, -5000, 0, -1e30] }],
    terms: 3,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  {
    name: 'softmax over a long row',
    inputs: [{ shape: [2, 1031] }],
    terms: 1031,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  {
    name: 'softmax of halves',
    inputs: [{ shape: [3, 7], dtype: 'bf16' }],
    terms: 7,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  { name: 'softmax of no rows', inputs: [{ shape: [0, 3] }], build: ([x]) => softmax(x!) },
  {
    name: 'log-softmax',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => logSoftmax(x!),
  },
  {
    name: 'log-sum-exp',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => logSumExp(x!, 1),
  },
  {
    name: 'log-sum-exp of infinities',
    inputs: [
      {
        shape: [2, 2],
        values: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 3, Number.POSITIVE_INFINITY],
      },
    ],
    gradient: false,
    build: ([x]) => logSumExp(x!, -1, true),
  },
];
