/**
 * Broadcasting and summing: each is the other's adjoint.
 *
 * @module
 */
import { apply, type Node, type Op } from '../graph.ts';
import { checkShape, format, type Shape, sameShape } from '../shape.ts';
import { reshape } from './movement.ts';
import { type Axes, reduce, reduction, summed } from './reduction.ts';

/** Axes of size 1 repeated to the sizes of `shape` (same rank). */
export const expandOp: Op<{ shape: Shape }> = {
  name: 'expand',
  kind: 'movement',
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  gradient: ({ inputs: [x], attributes: { shape }, gradient }) => {
    const expanded = shape.flatMap((size, axis) => (size !== x!.shape[axis] ? [axis] : []));
    return [sum(gradient, expanded, true)];
  },
};

/** Σ; integers and bools add up as i32 */
export const sumOp = reduction('sum', summed, ({ inputs: [x], gradient }) =>
  expand(gradient, x!.shape),
);

/** Broadcasts to `shape` by NumPy's rule: axes are added in front, axes of size 1 repeat. */
export function expand(x: Node, shape: Shape): Node {
  checkShape(shape, 'expand');
  const lead = shape.length - x.shape.length;
  const fits =
    lead >= 0 && x.shape.every((size, axis) => size === 1 || size === shape[axis + lead]);
  if (!fits)
    throw new RangeError(`expand: ${format(x.shape)} does not broadcast to ${format(shape)}`);
  const aligned = lead === 0 ? x : reshape(x, [...new Array<number>(lead).fill(1), ...x.shape]);
  return sameShape(aligned.shape, shape) ? aligned : apply(expandOp, [aligned], { shape });
}

/** Sum over `axes` (all by default). `keepdim` keeps them with size 1. */
export function sum(x: Node, axes?: Axes, keepdim = false): Node {
  return reduce(sumOp, x, axes, keepdim);
}

/** The adjoint of broadcasting: `x` summed over the axes that `expand(…, x.shape)` adds to or repeats in `shape`. */
export function sumTo(x: Node, shape: Shape): Node {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return axes.length === 0 ? x : reshape(sum(x, axes, true), shape);
}
