/**
 * What the single operations work on, the same for every side.
 *
 * @module
 */
import { normals, uniform } from '../../gpt/weights.ts';

/** `[m, k]` times `[k, n]`. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** Two rounds' operands in turn, so that a result cannot be one of the round before. */
export function productOperands({
  m,
  k,
  n,
}: Product): { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer> }[] {
  const next = uniform(m + k + n);
  return [0, 1].map(() => ({ a: normals(m * k, 1, next), b: normals(k * n, 1, next) }));
}

/** A function of rows that every library has. GELU is the exact one (erf), PyTorch's default. */
export type RowFunction = 'softmax' | 'layer norm' | 'gelu';

/** Rows and their length. */
export const ROW_SHAPE: readonly [number, number] = [16384, 1024];

/** The input, and the weight and bias of the layer norm. */
export function rowOperands(): Record<'x' | 'weight' | 'bias', Float32Array<ArrayBuffer>> {
  const next = uniform(7);
  const [rows, columns] = ROW_SHAPE;
  return {
    x: normals(rows * columns, 2, next),
    weight: normals(columns, 1, next),
    bias: normals(columns, 1, next),
  };
}
