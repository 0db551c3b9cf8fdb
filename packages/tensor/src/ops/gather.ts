import { isInteger } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, sizeOf } from '../shape.ts';
import { add, maximum, minimum, mul } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { indices as iota } from './leaf.ts';
import { equal } from './logic.ts';
import { moveAxis, reshape, slice } from './movement.ts';
import { scatterAdd } from './scatter-add.ts';
import { checkHostIndices } from './take.ts';
import { where } from './where.ts';

/**
 * One element per index: `out[i, j, …] = data[i, index[i, j, …], …]` for axis 1. Inputs data and integer
 * indices of one rank and, but for the axis, of equal sizes. An index outside [0, size) is clamped.
 */
export const gatherOp: Op<{ axis: number }> = {
  name: 'gather',
  kind: 'kernel',
  infer: ([data, indices], { axis }) => {
    if (!isInteger(indices!.dtype)) {
      throw new TypeError(`takeAlong: wants integer indices: got ${indices!.dtype}`);
    }
    const fits = data!.shape.every((size, i) => i === axis || size === indices!.shape[i]);
    if (data!.shape.length !== indices!.shape.length || !fits) {
      throw new RangeError(
        `takeAlong: wants equal sizes but for axis ${axis}: got ${format(data!.shape)} and indices ${format(indices!.shape)}`,
      );
    }
    if (data!.shape[axis] === 0 && sizeOf(indices!.shape) > 0) {
      throw new RangeError(`takeAlong: axis ${axis} of ${format(data!.shape)} is empty`);
    }
    return { shape: indices!.shape, dtype: data!.dtype };
  },
  gradient: ({ inputs: [data, indices], attributes: { axis }, gradient }) => [
    scatterAlong(gradient, indices!, axis, data!.shape[axis]!),
  ],
};

/**
 * One element of `data` per index along `axis`, as `torch.gather`: `indices` has the rank of `data` and may
 * be smaller on the other axes.
 *
 * @throws RangeError if an index is out of range and on the host; on a device such an index is clamped.
 */
export function takeAlong(data: Node, indices: Node, axis = -1): Node {
  const along = normalizeAxis(axis, data.shape.length, 'takeAlong');
  const { shape } = indices;
  if (
    shape.length !== data.shape.length ||
    shape.some((size, i) => i !== along && size > data.shape[i]!)
  ) {
    throw new RangeError(
      `takeAlong: indices must have the rank of the data and be no larger but on axis ${along}: got ${format(data.shape)} and indices ${format(shape)}`,
    );
  }
  checkHostIndices('takeAlong', indices, data.shape[along]!);
  const used = slice(
    data,
    shape.map(() => 0),
    shape.map((size, i) => (i === along ? data.shape[i]! : size)),
  );
  return apply(gatherOp, [used, indices], { axis: along });
}

/**
 * The adjoint of `takeAlong`: zeros of size `size` along `axis`, to which each update is added at its index.
 */
export function scatterAlong(updates: Node, indices: Node, axis: number, size: number): Node {
  const { shape } = indices;
  const index = maximum(minimum(cast(indices, 'i32'), size - 1), 0);
  if (shape[axis] === 1) {
    // One index per row: each output element asks whether it is the one.
    const positions = reshape(
      iota(size),
      shape.map((_, i) => (i === axis ? size : 1)),
    );
    return where(equal(positions, index), updates, 0);
  }
  // Otherwise rows [n, count] are scattered into one flat vector of n · size.
  const last = moveAxis(index, axis, -1);
  const count = shape[axis]!;
  const rows = count === 0 ? sizeOf(last.shape.slice(0, -1)) : sizeOf(shape) / count;
  const flat = add(reshape(last, [rows, count]), mul(reshape(iota(rows), [rows, 1]), size));
  const added = scatterAdd(
    reshape(flat, [rows * count]),
    reshape(moveAxis(updates, axis, -1), [rows * count]),
    rows * size,
  );
  return moveAxis(reshape(added, [...last.shape.slice(0, -1), size]), -1, axis);
}

/** Test cases of `takeAlong`. */
export const cases: readonly OpCase[] = [
  {
    name: 'last axis',
    inputs: [{ shape: [3, 5] }, { shape: [3, 4], dtype: 'i32', values: { below: 5 } }],
    terms: 4,
    secondOrder: true,
    build: ([x, indices]) => takeAlong(x!, indices!),
  },
  {
    name: 'one per row',
    inputs: [{ shape: [3, 5] }, { shape: [3, 1], dtype: 'i32', values: { below: 5 } }],
    build: ([x, indices]) => takeAlong(x!, indices!),
  },
  {
    name: 'first axis of three',
    inputs: [{ shape: [4, 2, 3] }, { shape: [6, 2, 3], dtype: 'i32', values: { below: 4 } }],
    terms: 6,
    build: ([x, indices]) => takeAlong(x!, indices!, 0),
  },
  {
    name: 'fewer rows than the data',
    inputs: [{ shape: [4, 5] }, { shape: [2, 3], dtype: 'i32', values: { below: 5 } }],
    terms: 3,
    build: ([x, indices]) => takeAlong(x!, indices!, 1),
  },
  {
    name: 'no indices',
    inputs: [{ shape: [4, 5] }, { shape: [4, 0], dtype: 'i32' }],
    build: ([x, indices]) => takeAlong(x!, indices!),
  },
];
