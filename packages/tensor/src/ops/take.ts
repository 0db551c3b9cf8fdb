import { decode, isInteger } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, sizeOf } from '../shape.ts';
import type { OpCase } from './case.ts';
import { data as hostData } from './leaf.ts';
import { permute, reshape } from './movement.ts';
import { scatterAdd } from './scatter-add.ts';

/**
 * Slices of `data` picked along one axis: inputs data and integer indices; the axis is replaced by the shape
 * of the indices. An index outside [0, size) is clamped.
 */
export const takeOp: Op<{ axis: number }> = {
  name: 'take',
  kind: 'kernel',
  infer: ([data, indices], { axis }) => {
    if (!isInteger(indices!.dtype)) {
      throw new TypeError(`take: wants integer indices: got ${indices!.dtype}`);
    }
    const { shape, dtype } = data!;
    if (shape[axis] === 0 && sizeOf(indices!.shape) > 0) {
      throw new RangeError(`take: axis ${axis} of ${format(shape)} is empty`);
    }
    return {
      shape: [...shape.slice(0, axis), ...indices!.shape, ...shape.slice(axis + 1)],
      dtype,
    };
  },
  gradient: ({ inputs: [data, indices], attributes: { axis }, gradient }) => {
    const { shape } = data!;
    const picked = indices!.shape.length;
    const before = Array.from({ length: axis }, (_, i) => i);
    const along = Array.from({ length: picked }, (_, i) => axis + i);
    const after = Array.from({ length: shape.length - axis - 1 }, (_, i) => axis + picked + i);
    const rest = [...shape.slice(0, axis), ...shape.slice(axis + 1)];
    const count = sizeOf(indices!.shape);
    // The picked axes come first, as one: [count, ...rest] → [size, ...rest], then the axis goes back.
    const rows = reshape(permute(gradient, [...along, ...before, ...after]), [count, ...rest]);
    const added = scatterAdd(reshape(indices!, [count]), rows, shape[axis]!);
    return [permute(added, [...before.map((i) => i + 1), 0, ...after.map((_, i) => axis + 1 + i)])];
  },
};

/**
 * Slices of `data` at `indices` along `axis`, which the shape of `indices` replaces (`numpy.take`; rows of an
 * embedding table for axis 0).
 *
 * @throws RangeError if an index is out of range and on the host; on a device such an index is clamped.
 */
export function take(data: Node, indices: Node, axis = 0): Node {
  if (data.shape.length === 0) throw new RangeError('take: wants at least one axis: got a scalar');
  const normalized = normalizeAxis(axis, data.shape.length, 'take');
  checkHostIndices('take', indices, data.shape[normalized]!);
  return apply(takeOp, [data, indices], { axis: normalized });
}

/**
 * Throws if indices that lie on the host leave [0, size). Indices that a device computes cannot be looked at
 * here; kernels clamp them.
 *
 * @param allowed one value outside the range that is fine, such as the class to ignore
 */
export function checkHostIndices(
  operation: string,
  indices: Node,
  size: number,
  allowed?: number,
): void {
  if (indices.op !== (hostData as unknown) || !isInteger(indices.dtype)) return;
  const { bytes } = indices.attributes as { bytes: Uint8Array };
  for (const index of decode(indices.dtype, bytes, sizeOf(indices.shape))) {
    if ((index < 0 || index >= size) && index !== allowed) {
      throw new RangeError(`${operation}: index ${index} is out of range: wants 0 to ${size - 1}`);
    }
  }
}

/** Test cases of `take`. */
export const cases: readonly OpCase[] = [
  {
    name: 'rows',
    inputs: [{ shape: [5, 3] }, { shape: [4], dtype: 'i32', values: [4, 0, 4, 2] }],
    terms: 2,
    secondOrder: true,
    build: ([x, indices]) => take(x!, indices!),
  },
  {
    name: 'last axis, matrix of indices',
    inputs: [{ shape: [2, 5] }, { shape: [3, 2], dtype: 'i32', values: { below: 5 } }],
    terms: 6,
    build: ([x, indices]) => take(x!, indices!, -1),
  },
  {
    name: 'middle axis',
    inputs: [{ shape: [2, 4, 3] }, { shape: [5], dtype: 'i32', values: { below: 4 } }],
    terms: 5,
    build: ([x, indices]) => take(x!, indices!, 1),
  },
  {
    name: 'scalar index',
    inputs: [{ shape: [4, 2] }, { shape: [], dtype: 'i32', values: [3] }],
    build: ([x, indices]) => take(x!, indices!),
  },
  {
    name: 'no indices',
    inputs: [{ shape: [4, 2] }, { shape: [0], dtype: 'i32' }],
    build: ([x, indices]) => take(x!, indices!),
  },
  {
    name: 'small integers as indices',
    inputs: [{ shape: [200, 3] }, { shape: [9], dtype: 'u8', values: { below: 200 } }],
    gradient: false,
    build: ([x, indices]) => take(x!, indices!),
  },
  {
    name: 'halves',
    inputs: [
      { shape: [9, 5], dtype: 'f16' },
      { shape: [7], dtype: 'i32', values: { below: 9 } },
    ],
    gradient: false,
    exact: true,
    build: ([x, indices]) => take(x!, indices!),
  },
  {
    name: 'transposed view',
    inputs: [{ shape: [3, 6] }, { shape: [4], dtype: 'i32', values: { below: 6 } }],
    terms: 4,
    build: ([x, indices]) => take(permute(x!, [1, 0]), indices!),
  },
];
