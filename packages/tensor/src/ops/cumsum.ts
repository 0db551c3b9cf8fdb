import { isFloat } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { normalizeAxis } from '../shape.ts';
import type { OpCase } from './case.ts';
import { moveAxis } from './movement.ts';

/**
 * Running sums along the last axis: out[i] = Σ x[j] over j ≤ i, or over j ≥ i with `reverse`. Floats add up
 * in f32, integers and bools in i32.
 */
export const cumsumOp: Op<{ reverse: boolean }> = {
  name: 'cumsum',
  kind: 'kernel',
  infer: ([x]) => ({ shape: x!.shape, dtype: isFloat(x!.dtype) ? x!.dtype : 'i32' }),
  gradient: ({ attributes: { reverse }, gradient }) => [
    apply(cumsumOp, [gradient], { reverse: !reverse }),
  ],
};

/** Running sums along `axis`; `reverse` sums from the end. */
export function cumsum(x: Node, axis = -1, reverse = false): Node {
  if (x.shape.length === 0) throw new RangeError('cumsum: wants at least one axis: got a scalar');
  const along = normalizeAxis(axis, x.shape.length, 'cumsum');
  return moveAxis(apply(cumsumOp, [moveAxis(x, along, -1)], { reverse }), -1, along);
}

/** Test cases of `cumsum`. */
export const cases: readonly OpCase[] = [
  { name: 'last axis', inputs: [{ shape: [3, 7] }], terms: 7, build: ([x]) => cumsum(x!) },
  { name: 'first axis', inputs: [{ shape: [5, 3] }], terms: 5, build: ([x]) => cumsum(x!, 0) },
  {
    name: 'from the end',
    inputs: [{ shape: [2, 6] }],
    terms: 6,
    build: ([x]) => cumsum(x!, 1, true),
  },
  {
    name: 'bools',
    inputs: [{ shape: [9], dtype: 'bool', values: { below: 2 } }],
    exact: true,
    build: ([x]) => cumsum(x!),
  },
  {
    name: 'integers',
    inputs: [{ shape: [2, 1030], dtype: 'i32' }],
    exact: true,
    build: ([x]) => cumsum(x!),
  },
  { name: 'empty', inputs: [{ shape: [2, 0] }], build: ([x]) => cumsum(x!) },
  {
    name: 'long rows',
    inputs: [{ shape: [2, 1030] }],
    terms: 1030,
    gradient: false,
    build: ([x]) => cumsum(x!),
  },
];
