import type { Spec } from '../graph.ts';
import type { Shape } from '../shape.ts';

/** A value as the oracle holds it: doubles in row-major order, whatever the dtype. */
export interface Operand extends Spec {
  readonly values: Float64Array;
}

/** How one primitive is evaluated; the result is rounded by the caller. */
export type Rule<Attributes> = (
  inputs: readonly Operand[],
  attributes: Attributes,
  outputs: readonly Spec[],
) => Float64Array | readonly Float64Array[];

/** Calls `visit` with each index of `shape` in row-major order; the array is reused. */
export function forEachIndex(
  shape: Shape,
  visit: (index: readonly number[], flat: number) => void,
): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const index = shape.map(() => 0);
  for (let flat = 0; flat < count; flat++) {
    visit(index, flat);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Row-major position of an index. */
export function flatten(index: readonly number[], shape: Shape): number {
  return index.reduce((flat, position, axis) => flat * shape[axis]! + position, 0);
}

/** The values of a tensor of `shape` whose element at each index is `element(index)`. */
export function build(
  shape: Shape,
  element: (index: readonly number[], flat: number) => number,
): Float64Array {
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  forEachIndex(shape, (index, flat) => {
    values[flat] = element(index, flat);
  });
  return values;
}

/** An index limited to [0, size). */
export function clampIndex(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}
