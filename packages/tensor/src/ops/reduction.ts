import { type DType, isFloat } from '../dtype.ts';
import { apply, type GradientContext, type Node, type Op, type Spec } from '../graph.ts';
import type { ReduceOperator } from '../ir/kernel.ts';
import { normalizeAxes, type Shape } from '../shape.ts';
import { cast } from './cast.ts';
import { reshape } from './movement.ts';

/** Axes to reduce: one, several, or all when absent. */
export type Axes = number | readonly number[];

/** Attributes of a reduction. */
export interface ReduceAttributes {
  /** Sorted, distinct, non-negative; they stay in the output with size 1. */
  readonly axes: readonly number[];
}

/** Declares a reduction that keeps the reduced axes with size 1. */
export function reduction(
  operator: ReduceOperator,
  output: (dtype: DType) => DType,
  gradient?: (context: GradientContext<ReduceAttributes>) => Node,
): Op<ReduceAttributes> {
  return {
    name: operator,
    kind: 'reduction',
    infer: ([x], { axes }) => ({
      shape: x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
      dtype: output(x!.dtype),
    }),
    gradient: gradient && ((context) => [gradient(context)]),
  };
}

/** Dtype of sums and products: integers and bools give i32. */
export const summed = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'i32');

/** Applies a reduction over `axes`, all by default. */
export function reduce(
  op: Op<ReduceAttributes>,
  x: Node,
  axes: Axes | undefined,
  keepdim: boolean,
): Node {
  const normalized = normalizeAxes(axes, x.shape.length, op.name);
  if (normalized.length === 0) return cast(x, (op.infer([x], { axes: [] }) as Spec).dtype);
  const kept = apply(op, [x], { axes: normalized });
  return keepdim ? kept : reshape(kept, dropAxes(x.shape, normalized));
}

/** A shape without some axes. */
export function dropAxes(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}
