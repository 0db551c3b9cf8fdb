import type { Node } from '../graph.ts';
import * as broadcast from './broadcast.ts';
import type { OpCase } from './case.ts';
import { takeAlong } from './gather.ts';
import * as reduce from './reduce.ts';
import type { Axes } from './reduction.ts';

type Reduce = (x: Node, axes?: Axes, keepdim?: boolean) => Node;

const floats: Record<string, Reduce> = {
  sum: broadcast.sum,
  mean: reduce.mean,
  variance: reduce.variance,
  prod: reduce.prod,
};
const extrema: Record<string, Reduce> = { max: reduce.max, min: reduce.min };

/** Test cases of the reductions. */
export const cases: readonly OpCase[] = [
  ...Object.entries({ ...floats, ...extrema }).flatMap(([name, f]): OpCase[] => [
    { name, inputs: [{ shape: [4, 6], values: 'distinct' }], terms: 24, build: ([x]) => f(x!) },
    {
      name: `${name}, last axis`,
      inputs: [{ shape: [3, 5], values: 'distinct' }],
      terms: 5,
      secondOrder: name in floats,
      build: ([x]) => f(x!, -1),
    },
    {
      name: `${name}, first axis, kept`,
      inputs: [{ shape: [5, 3], values: 'distinct' }],
      terms: 5,
      build: ([x]) => f(x!, 0, true),
    },
    {
      name: `${name}, outer axes`,
      inputs: [{ shape: [2, 3, 4], values: 'distinct' }],
      terms: 8,
      build: ([x]) => f(x!, [0, 2]),
    },
    {
      name: `${name}, long row`,
      inputs: [{ shape: [2, name === 'prod' ? 61 : 1031] }],
      terms: 1031,
      gradient: false,
      build: ([x]) => f(x!, 1),
    },
    {
      name: `${name} of halves`,
      inputs: [{ shape: [3, 9], dtype: 'f16' }],
      terms: 9,
      gradient: false,
      build: ([x]) => f(x!, 1),
    },
  ]),
  {
    name: 'positions',
    inputs: [{ shape: [4, 7], dtype: 'i32', values: { below: 4 } }],
    exact: true,
    build: ([x]) => [reduce.argmax(x!), reduce.argmax(x!, 0), reduce.argmin(x!, 1, true)],
  },
  {
    name: 'any and all',
    inputs: [
      { shape: [3, 2], dtype: 'bool', values: [0, 1, 0, 0, 1, 1] },
      { shape: [2], values: [0, Number.NaN] },
      { shape: [2, 0] },
    ],
    exact: true,
    gradient: false,
    build: ([flags, numbers, none]) => [
      reduce.any(flags!, 1),
      reduce.all(flags!, 1),
      reduce.any(numbers!),
      reduce.all(none!, 1, true),
    ],
  },
  {
    name: 'NaN wins',
    inputs: [{ shape: [2, 4], values: [1, Number.NaN, 5, Number.NaN, 3, 3, 1, 1] }],
    exact: true,
    gradient: false,
    build: ([x]) => [
      reduce.max(x!, 1),
      reduce.min(x!, 1),
      reduce.argmax(x!, 1),
      reduce.argmin(x!, 1),
    ],
  },
  {
    name: 'integers',
    inputs: [
      { shape: [3, 40], dtype: 'i32' },
      { shape: [2, 300], dtype: 'u8', values: { below: 256 } },
      { shape: [9], dtype: 'bool' },
    ],
    exact: true,
    build: ([x, bytes, flags]) => [
      broadcast.sum(x!, 1),
      reduce.max(x!),
      broadcast.sum(bytes!, 1),
      broadcast.sum(flags!),
      reduce.min(bytes!, 0),
    ],
  },
  {
    name: 'exact sums of small integers',
    inputs: [{ shape: [5, 2000], values: { below: 9 } }],
    exact: true,
    gradient: false,
    build: ([x]) => [broadcast.sum(x!, 1), broadcast.sum(x!, 0), broadcast.sum(x!)],
  },
  {
    name: 'empty axis',
    inputs: [{ shape: [3, 0] }],
    exact: true,
    build: ([x]) => [broadcast.sum(x!, 1), reduce.prod(x!, 1)],
  },
  {
    name: 'axis of one',
    inputs: [{ shape: [3, 1, 2] }],
    build: ([x]) => [broadcast.sum(x!, 1), reduce.max(x!, 1)],
  },
  {
    name: 'product with zeros',
    inputs: [{ shape: [3, 3], values: [0, 2, 3, 0, 0, 5, 1, 2, -3] }],
    build: ([x]) => reduce.prod(x!, 1),
  },
  {
    name: 'summed back',
    inputs: [{ shape: [2, 3, 4] }],
    terms: 6,
    build: ([x]) => [broadcast.sumTo(x!, [1, 4]), broadcast.sumTo(x!, [])],
  },
  { name: 'no axes', inputs: [{ shape: [3] }], exact: true, build: ([x]) => broadcast.sum(x!, []) },
  {
    name: "an element picked by its row's maximum",
    inputs: [{ shape: [3, 5] }, { shape: [3, 5], dtype: 'i32', values: { below: 5 } }],
    build: ([x, indices]) => takeAlong(x!, reduce.max(indices!, -1, true)),
  },
];
