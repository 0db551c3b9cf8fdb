import { isInteger } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { checkShape, format } from '../shape.ts';
import type { OpCase } from './case.ts';
import { takeOp } from './take.ts';

/**
 * Rows added up by index: indices [n], updates [n, ...rest] → [size, ...rest], where output row `r` is the
 * sum, in the order of the input and in f32 for floats, of the updates whose index is `r`. Indices outside
 * [0, size) are clamped, so this is the exact adjoint of `take`. Deterministic: no atomics.
 */
export const scatterAddOp: Op<{ size: number }> = {
  name: 'scatterAdd',
  kind: 'kernel',
  infer: ([indices, updates], { size }) => {
    if (indices!.shape.length !== 1 || updates!.shape[0] !== indices!.shape[0]) {
      throw new RangeError(
        `scatterAdd: wants indices [n] and updates [n, ...rest]: got ${format(indices!.shape)} and ${format(updates!.shape)}`,
      );
    }
    if (!isInteger(indices!.dtype)) {
      throw new TypeError(`scatterAdd: wants integer indices: got ${indices!.dtype}`);
    }
    if (updates!.dtype === 'bool') {
      throw new TypeError("scatterAdd: wants numbers to add up: got bool; cast with .to('i32')");
    }
    const shape = checkShape([size, ...updates!.shape.slice(1)], 'scatterAdd');
    if (size === 0 && indices!.shape[0] !== 0) {
      throw new RangeError('scatterAdd: there is no row to add to: got size 0');
    }
    return { shape, dtype: updates!.dtype };
  },
  gradient: ({ inputs: [indices], gradient }) => [
    undefined,
    apply(takeOp, [gradient, indices!], { axis: 0 }),
  ],
};

/** @see scatterAddOp */
export function scatterAdd(indices: Node, updates: Node, size: number): Node {
  return apply(scatterAddOp, [indices, updates], { size });
}

/** Test cases of `scatterAdd`. */
export const cases: readonly OpCase[] = [
  {
    name: 'rows',
    inputs: [{ shape: [6], dtype: 'i32', values: [3, 0, 3, 3, 1, 0] }, { shape: [6, 3] }],
    terms: 3,
    secondOrder: true,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 5),
  },
  {
    name: 'scalars',
    inputs: [{ shape: [5], dtype: 'i32', values: { below: 4 } }, { shape: [5] }],
    terms: 5,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 4),
  },
  {
    name: 'two trailing axes',
    inputs: [{ shape: [4], dtype: 'i32', values: { below: 2 } }, { shape: [4, 3, 2] }],
    terms: 4,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 2),
  },
  {
    name: 'clamped',
    inputs: [{ shape: [3], dtype: 'i32', values: [-1, 9, 1] }, { shape: [3, 2] }],
    terms: 2,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 3),
  },
  {
    name: 'nothing to add',
    inputs: [{ shape: [0], dtype: 'i32' }, { shape: [0, 2] }],
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 3),
  },
  {
    name: 'integers',
    inputs: [
      { shape: [300], dtype: 'i32', values: { below: 7 } },
      { shape: [300, 9], dtype: 'i32' },
    ],
    exact: true,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 7),
  },
  {
    name: 'many rows',
    inputs: [{ shape: [257], dtype: 'i32', values: { below: 31 } }, { shape: [257, 33] }],
    terms: 32,
    gradient: false,
    build: ([indices, updates]) => scatterAdd(indices!, updates!, 31),
  },
];
