/**
 * Triangles and one-hot rows: comparisons of positions, which cost nothing once fused.
 *
 * @module
 */
import type { DType } from '../dtype.ts';
import { isInteger } from '../dtype.ts';
import type { Node } from '../graph.ts';
import { format } from '../shape.ts';
import { sub } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { indices } from './leaf.ts';
import { equal, greaterEqual, lessEqual } from './logic.ts';
import { reshape } from './movement.ts';
import { checkHostIndices, take } from './take.ts';
import { where } from './where.ts';

/** The lower triangle of the last two axes: elements with column ≤ row + `diagonal`, zeros above. */
export function tril(x: Node, diagonal = 0): Node {
  return where(lessEqual(columnMinusRow('tril', x), diagonal), x, 0);
}

/** The upper triangle of the last two axes: elements with column ≥ row + `diagonal`, zeros below. */
export function triu(x: Node, diagonal = 0): Node {
  return where(greaterEqual(columnMinusRow('triu', x), diagonal), x, 0);
}

function columnMinusRow(operation: string, { shape }: Node): Node {
  if (shape.length < 2) {
    throw new RangeError(`${operation}: wants at least two axes: got ${format(shape)}`);
  }
  const [rows, columns] = shape.slice(-2) as [number, number];
  return sub(indices(columns), reshape(indices(rows), [rows, 1])); // [rows, columns]
}

/**
 * Rows of zeros with a one at each class: [...] → [..., classes].
 *
 * @throws RangeError if a class is out of range and on the host; on a device its row is all zeros.
 */
export function oneHot(classes: Node, count: number, dtype: DType = 'f32'): Node {
  if (!isInteger(classes.dtype)) {
    throw new TypeError(`oneHot: wants integer classes: got ${classes.dtype}`);
  }
  checkHostIndices('oneHot', classes, count);
  const column = reshape(cast(classes, 'i32'), [...classes.shape, 1]);
  return cast(equal(column, indices(count)), dtype);
}

/** Rows of a table `weight` [rows, width] for each id: [...] → [..., width]. */
export function embedding(weight: Node, ids: Node): Node {
  if (weight.shape.length !== 2) {
    throw new RangeError(`embedding: wants a table [rows, width]: got ${format(weight.shape)}`);
  }
  return take(weight, ids, 0);
}

/** Test cases of `tril`, `triu`, `oneHot` and `embedding`. */
export const cases: readonly OpCase[] = [
  { name: 'tril', inputs: [{ shape: [2, 4, 5] }], exact: true, build: ([x]) => tril(x!) },
  { name: 'triu', inputs: [{ shape: [4, 3] }], exact: true, build: ([x]) => triu(x!, 1) },
  { name: 'tril below', inputs: [{ shape: [4, 4] }], exact: true, build: ([x]) => tril(x!, -2) },
  {
    name: 'one-hot',
    inputs: [{ shape: [2, 3], dtype: 'i32', values: { below: 5 } }],
    exact: true,
    build: ([classes]) => oneHot(classes!, 5),
  },
  {
    name: 'embedding',
    inputs: [{ shape: [6, 4] }, { shape: [2, 3], dtype: 'i32', values: { below: 6 } }],
    terms: 6,
    build: ([weight, ids]) => embedding(weight!, ids!),
  },
];
