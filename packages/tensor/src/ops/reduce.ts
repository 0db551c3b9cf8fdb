import type { DType } from '../dtype.ts';
import { apply, type GradientContext, type Node, type Op } from '../graph.ts';
import { normalizeAxes, normalizeAxis, sizeOf } from '../shape.ts';
import { div, mul, sub } from './arithmetic.ts';
import { sum, sumOp } from './broadcast.ts';
import { cast } from './cast.ts';
import { equal, notEqual } from './logic.ts';
import { reshape } from './movement.ts';
import { inFloat32 } from './precision.ts';
import {
  type Axes,
  dropAxes,
  type ReduceAttributes,
  reduce,
  reduction,
  summed,
} from './reduction.ts';
import { where } from './where.ts';

const same = (dtype: DType): DType => dtype;

/** Π; integers and bools multiply as i32 */
export const prodOp = reduction('prod', summed, ({ inputs: [x], attributes, gradient }) => {
  // Each element's gradient is the product of the others: with one zero among them it is
  // non-zero only at that zero, with two it vanishes.
  const isZero = equal(x!, 0);
  const zeros = apply(sumOp, [cast(isZero, x!.dtype)], attributes);
  const nonZeroProduct = apply(prodOp, [where(isZero, 1, x!)], attributes);
  const others = where(
    isZero,
    where(equal(zeros, 1), nonZeroProduct, 0),
    where(equal(zeros, 0), div(nonZeroProduct, where(isZero, 1, x!)), 0),
  );
  return mul(gradient, others);
});

/** Largest element; NaN if there is one. Ties share the gradient evenly, as PyTorch's `amax`. */
export const maxOp = reduction('max', same, extremumGradient);

/** Smallest element; NaN if there is one. */
export const minOp = reduction('min', same, extremumGradient);

/** First position of the largest element along one axis, as i32; the first NaN wins. */
export const argmaxOp = reduction('argmax', () => 'i32');

/** First position of the smallest element along one axis, as i32; the first NaN wins. */
export const argminOp = reduction('argmin', () => 'i32');

function extremumGradient(context: GradientContext<ReduceAttributes>): Node {
  const { inputs, outputs, attributes, gradient } = context;
  const chosen = cast(equal(inputs[0]!, outputs[0]!), gradient.dtype);
  return mul(chosen, div(gradient, apply(sumOp, [chosen], attributes)));
}

/** Product over `axes`. */
export function prod(x: Node, axes?: Axes, keepdim = false): Node {
  return reduce(prodOp, x, axes, keepdim);
}

/** Largest element over `axes`. @throws RangeError where there is none. */
export function max(x: Node, axes?: Axes, keepdim = false): Node {
  checkNotEmpty(x, axes, 'max');
  return reduce(maxOp, x, axes, keepdim);
}

/** Smallest element over `axes`. @throws RangeError where there is none. */
export function min(x: Node, axes?: Axes, keepdim = false): Node {
  checkNotEmpty(x, axes, 'min');
  return reduce(minOp, x, axes, keepdim);
}

/** Mean over `axes`, added up in f32; integers give f32. */
export function mean(x: Node, axes?: Axes, keepdim = false): Node {
  const count = countAlong('mean', x, axes);
  return inFloat32([x], (wide) => mul(sum(wide, axes, keepdim), 1 / count));
}

/** Variance over `axes`, divided by n − correction (1 by default, as in PyTorch); integers give f32. */
export function variance(x: Node, axes?: Axes, keepdim = false, correction = 1): Node {
  const divisor = Math.max(0, countAlong('variance', x, axes) - correction);
  return inFloat32([x], (wide) => {
    const centered = sub(wide, mean(wide, axes, true));
    return mul(sum(mul(centered, centered), axes, keepdim), 1 / divisor);
  });
}

function countAlong(operation: string, x: Node, axes: Axes | undefined): number {
  return sizeOf(normalizeAxes(axes, x.shape.length, operation).map((axis) => x.shape[axis]!));
}

/** Whether any element over `axes` is not 0, as bool; false where there is none. */
export function any(x: Node, axes?: Axes, keepdim = false): Node {
  return notEqual(sum(notEqual(x, 0), axes, keepdim), 0);
}

/** Whether all elements over `axes` are not 0, as bool; true where there is none. */
export function all(x: Node, axes?: Axes, keepdim = false): Node {
  return equal(sum(equal(x, 0), axes, keepdim), 0);
}

/** First position of the largest element along `axis`; of the flattened tensor when absent. */
export function argmax(x: Node, axis?: number, keepdim = false): Node {
  return position(argmaxOp, x, axis, keepdim);
}

/** First position of the smallest element along `axis`; of the flattened tensor when absent. */
export function argmin(x: Node, axis?: number, keepdim = false): Node {
  return position(argminOp, x, axis, keepdim);
}

function position(
  op: Op<ReduceAttributes>,
  x: Node,
  axis: number | undefined,
  keepdim: boolean,
): Node {
  checkNotEmpty(x, axis, op.name);
  const flat = axis === undefined ? reshape(x, [-1]) : x;
  const along = normalizeAxis(axis ?? 0, flat.shape.length, op.name);
  const kept = apply(op, [flat], { axes: [along] });
  if (!keepdim) return reshape(kept, dropAxes(flat.shape, [along]));
  return axis === undefined
    ? reshape(
        kept,
        x.shape.map(() => 1),
      )
    : kept;
}

function checkNotEmpty(x: Node, axes: Axes | undefined, operation: string): void {
  const empty = normalizeAxes(axes, x.shape.length, operation).some((axis) => x.shape[axis] === 0);
  if (empty)
    throw new RangeError(`${operation}: the reduced axis is empty: got [${x.shape.join(', ')}]`);
}
