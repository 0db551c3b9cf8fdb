import type { DType } from '../dtype.ts';
import * as joining from '../ops/concat.ts';
import { cumsum as cumsumOf } from '../ops/cumsum.ts';
import { isQuantized, takeQuantized } from '../ops/dequantize.ts';
import { takeAlong as takeAlongOf } from '../ops/gather.ts';
import * as masks from '../ops/masks.ts';
import * as order from '../ops/sort.ts';
import { take as takeOf } from '../ops/take.ts';
import { updateSlice as updateSliceOf } from '../ops/update-slice.ts';
import { where as whereOf } from '../ops/where.ts';
import { operand, Tensor, type TensorLike } from '../tensor.ts';

/** `yes` where the condition holds, `no` elsewhere; all three broadcast. */
export function where(condition: Tensor, yes: TensorLike, no: TensorLike): Tensor {
  return new Tensor(whereOf(condition.node, operand(yes), operand(no)));
}

/** Rows of a table `weight` [rows, width] for each id: [...] → [..., width]. Of a quantized one only these are expanded. */
export function embedding(ids: Tensor, weight: Tensor): Tensor {
  const table = weight.node;
  const rows = isQuantized(table) ? takeQuantized : masks.embedding;
  return new Tensor(rows(table, ids.node));
}

/** Rows of zeros with a one at each class: [...] → [..., numClasses]. */
export function oneHot(classes: Tensor, numClasses: number, dtype: DType = 'f32'): Tensor {
  return new Tensor(masks.oneHot(classes.node, numClasses, dtype));
}

/** Slices of `x` at `indices` along `axis`, which the shape of `indices` replaces. */
export function take(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return new Tensor(takeOf(x.node, indices.node, axis));
}

/** One element of `x` per index along `axis`, as `torch.gather`. */
export function takeAlong(x: Tensor, indices: Tensor, axis = -1): Tensor {
  return new Tensor(takeAlongOf(x.node, indices.node, axis));
}

/**
 * `x` with `update` in place of its slice along `axis` from `start` on; what would lie outside of `x` is left out.
 * Assigned to the variable that `x` is, it writes the slice alone where the backend has a kernel for that.
 *
 * @param update of the shape of `x` but for `axis`; it is cast to the dtype of `x`
 * @param start a position, or an i32 scalar where it is known on the device
 * @throws RangeError if the shapes do not fit. @throws TypeError if `start` is not a scalar i32.
 */
export function updateSlice(x: Tensor, update: Tensor, start: Tensor | number, axis = 0): Tensor {
  const position = typeof start === 'number' ? start : start.node;
  return new Tensor(updateSliceOf(x.node, update.node, position, axis));
}

/** Tensors joined along `axis`, promoted to one dtype. */
export function concat(inputs: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(joining.concat(nodesOf(inputs), axis));
}

/** Tensors of one shape joined along a new axis. */
export function stack(inputs: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(joining.stack(nodesOf(inputs), axis));
}

/** Pieces of the given sizes along `axis`; one number cuts equal pieces, the last may be smaller. */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  return joining.split(x.node, sizes, axis).map((node) => new Tensor(node));
}

/** `count` pieces along `axis`, equal but perhaps for the last. */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  return joining.chunk(x.node, count, axis).map((node) => new Tensor(node));
}

/** The lower triangle of the last two axes: elements with column ≤ row + `diagonal`, zeros above. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return new Tensor(masks.tril(x.node, diagonal));
}

/** The upper triangle of the last two axes: elements with column ≥ row + `diagonal`, zeros below. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return new Tensor(masks.triu(x.node, diagonal));
}

/** Running sums along `axis`, from the end with `reverse`. */
export function cumsum(x: Tensor, axis = -1, reverse = false): Tensor {
  return new Tensor(cumsumOf(x.node, axis, reverse));
}

/** Values in some order, and where they were. */
export interface Sorted {
  readonly values: Tensor;
  /** Positions in the input, i32. */
  readonly indices: Tensor;
}

/** The elements along `axis` in ascending (or descending) order; equal ones keep their order. */
export function sort(x: Tensor, axis = -1, descending = false): Sorted {
  return toSorted(order.sort(x.node, axis, descending));
}

/** Positions, as i32, that would sort `x` along `axis`. */
export function argsort(x: Tensor, axis = -1, descending = false): Tensor {
  return new Tensor(order.argsort(x.node, axis, descending));
}

/** The `k` largest (or smallest) elements along `axis`, best first. */
export function topk(x: Tensor, k: number, axis = -1, largest = true): Sorted {
  return toSorted(order.topk(x.node, k, axis, largest));
}

function toSorted({ values, indices }: order.Sorted): Sorted {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}

function nodesOf(tensors: readonly Tensor[]) {
  return tensors.map((tensor) => tensor.node);
}
