import type { Node } from '../graph.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { type Sorted, sort, topk } from './sort.ts';

const both = ({ values, indices }: Sorted): Node[] => [values, indices];

/** Test cases of `sort`, `argsort` and `topk`. */
export const cases: readonly OpCase[] = [
  {
    name: 'ascending',
    inputs: [{ shape: [3, 7], values: 'distinct' }],
    exact: true,
    build: ([x]) => sort(x!).values,
  },
  {
    name: 'descending, first axis',
    inputs: [{ shape: [5, 3], values: 'distinct' }],
    exact: true,
    build: ([x]) => sort(x!, 0, true).values,
  },
  {
    name: 'ties keep their order',
    inputs: [{ shape: [2, 40], dtype: 'i32', values: { below: 4 } }],
    exact: true,
    build: ([x]) => [...both(sort(x!)), ...both(sort(x!, -1, true))],
  },
  {
    name: 'NaN is the largest',
    inputs: [
      {
        shape: [6],
        values: [1, Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY],
      },
    ],
    exact: true,
    gradient: false,
    build: ([x]) => [...both(sort(x!)), ...both(sort(x!, 0, true))],
  },
  {
    name: 'one and none',
    inputs: [{ shape: [3, 1] }, { shape: [2, 0] }],
    exact: true,
    gradient: false,
    build: ([x, y]) => [...both(sort(x!)), ...both(sort(y!))],
  },
  {
    name: 'longer than a workgroup',
    inputs: [{ shape: [2, 1025] }],
    exact: true,
    gradient: false,
    build: ([x]) => both(sort(x!)),
  },
  {
    name: 'top three',
    inputs: [{ shape: [4, 9], values: 'distinct' }],
    exact: true,
    build: ([x]) => topk(x!, 3).values,
  },
  {
    name: 'least of the first axis, with ties',
    inputs: [{ shape: [30, 2], dtype: 'i32', values: { below: 9 } }],
    exact: true,
    build: ([x]) => both(topk(x!, 4, 0, false)),
  },
  {
    name: 'top one of halves',
    inputs: [{ shape: [3, 17], dtype: 'f16' }],
    exact: true,
    gradient: false,
    build: ([x]) => topk(cast(x!, 'f32'), 1).indices,
  },
];
