/**
 * The movement operations but `expand`, which has its adjoint, the sum, beside it in `broadcast.ts`. They do no work: the compiler turns chains of them into strides,
 * offsets and bounds of the loads that follow.
 *
 * @module
 */
import { apply, type Node, type Op } from '../graph.ts';
import {
  checkShape,
  format,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
} from '../shape.ts';

/** The same elements in row-major order under another shape. */
export const reshapeOp: Op<{ shape: Shape }> = {
  name: 'reshape',
  kind: 'movement',
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  gradient: ({ inputs: [x], gradient }) => [reshape(gradient, x!.shape)],
};

/** Axes in another order: output axis `i` is input axis `axes[i]`. */
export const permuteOp: Op<{ axes: readonly number[] }> = {
  name: 'permute',
  kind: 'movement',
  infer: ([x], { axes }) => ({ shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  gradient: ({ attributes: { axes }, gradient }) => {
    const inverse = new Array<number>(axes.length);
    axes.forEach((axis, position) => {
      inverse[axis] = position;
    });
    return [permute(gradient, inverse)];
  },
};

/** Elements `starts[axis] + i · steps[axis]` for `i < sizes[axis]`; steps are positive. */
export const sliceOp: Op<SliceAttributes> = {
  name: 'slice',
  kind: 'movement',
  infer: ([x], { sizes }) => ({ shape: sizes, dtype: x!.dtype }),
  gradient: ({ inputs: [x], attributes, gradient }) => [unslice(gradient, x!.shape, attributes)],
};

/** Attributes of a slice, one entry per axis. */
export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** Zeros (false) before and after the elements of each axis. */
export const padOp: Op<{ before: readonly number[]; after: readonly number[] }> = {
  name: 'pad',
  kind: 'movement',
  infer: ([x], { before, after }) => ({
    shape: x!.shape.map((size, axis) => before[axis]! + size + after[axis]!),
    dtype: x!.dtype,
  }),
  gradient: ({ inputs: [x], attributes: { before }, gradient }) => [
    slice(gradient, before, x!.shape),
  ],
};

/** The order of elements reversed along `axes`. */
export const flipOp: Op<{ axes: readonly number[] }> = {
  name: 'flip',
  kind: 'movement',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  gradient: ({ attributes: { axes }, gradient }) => [flip(gradient, axes)],
};

/** @see reshapeOp. One size may be −1 and is then inferred. */
export function reshape(x: Node, shape: Shape): Node {
  const unknown = shape.indexOf(-1);
  let resolved = shape;
  if (unknown >= 0) {
    const known = sizeOf(shape.filter((_, axis) => axis !== unknown));
    const size = known === 0 ? 0 : sizeOf(x.shape) / known;
    resolved = shape.map((old, axis) => (axis === unknown ? size : old));
  }
  if (
    resolved.some((size) => !Number.isInteger(size) || size < 0) ||
    sizeOf(resolved) !== sizeOf(x.shape)
  ) {
    throw new RangeError(
      `reshape: ${format(x.shape)} has ${sizeOf(x.shape)} elements and does not fit ${format(shape)}`,
    );
  }
  return sameShape(x.shape, resolved) ? x : apply(reshapeOp, [x], { shape: resolved });
}

/** @see permuteOp */
export function permute(x: Node, axes: readonly number[]): Node {
  const rank = x.shape.length;
  const order = axes.map((axis) => normalizeAxis(axis, rank, 'permute'));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new RangeError(
      `permute: [${axes.join(', ')}] is no order of the ${rank} axes of ${format(x.shape)}`,
    );
  }
  return order.every((axis, position) => axis === position)
    ? x
    : apply(permuteOp, [x], { axes: order });
}

/** The axes `first` and `second` exchanged. */
export function transpose(x: Node, first = -2, second = -1): Node {
  const axes = x.shape.map((_, axis) => axis);
  const a = normalizeAxis(first, axes.length, 'transpose');
  const b = normalizeAxis(second, axes.length, 'transpose');
  [axes[a], axes[b]] = [axes[b]!, axes[a]!];
  return permute(x, axes);
}

/** The matrix that a node is the transpose of; undefined for any other node. */
export function transposedMatrix(node: Node): Node | undefined {
  return node.op === (permuteOp as unknown) && node.shape.length === 2 ? node.inputs[0] : undefined;
}

/** The axis `from` taken out and put in at `to`; the others keep their order. */
export function moveAxis(x: Node, from: number, to: number): Node {
  const rank = x.shape.length;
  const source = normalizeAxis(from, rank, 'moveAxis');
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  axes.splice(normalizeAxis(to, rank, 'moveAxis'), 0, source);
  return permute(x, axes);
}

/** `sizes[axis]` elements from `starts[axis]`, every `steps[axis]`-th. */
export function slice(
  x: Node,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[] = x.shape.map(() => 1),
): Node {
  x.shape.forEach((size, axis) => {
    const [start, count, step] = [starts[axis]!, sizes[axis]!, steps[axis]!];
    const last = start + (count - 1) * step;
    if (!(step >= 1 && start >= 0 && count >= 0 && (count === 0 || last < size))) {
      throw new RangeError(
        `slice: start ${start}, size ${count}, step ${step} leaves axis ${axis} of ${format(x.shape)}`,
      );
    }
  });
  const whole = sameShape(sizes, x.shape);
  return whole ? x : apply(sliceOp, [x], { starts, sizes, steps });
}

/** Zeros added around `x`. */
export function pad(x: Node, before: readonly number[], after: readonly number[]): Node {
  if (before.length !== x.shape.length || after.length !== x.shape.length) {
    throw new RangeError(`pad: wants one amount per axis of ${format(x.shape)}, before and after`);
  }
  checkShape([...before, ...after], 'pad');
  const none = before.every((amount) => amount === 0) && after.every((amount) => amount === 0);
  return none ? x : apply(padOp, [x], { before, after });
}

/** @see flipOp */
export function flip(x: Node, axes?: number | readonly number[]): Node {
  return apply(flipOp, [x], { axes: normalizeAxes(axes, x.shape.length, 'flip') });
}

/** The adjoint of `slice`: elements back at their places, zeros elsewhere. */
function unslice(x: Node, shape: Shape, { starts, sizes, steps }: SliceAttributes): Node {
  let spread = x;
  sizes.forEach((size, axis) => {
    const step = steps[axis]!;
    if (step === 1 || size === 0) return;
    // One zero-filled group of `step` places per element: [size] → [size, 1] → [size, step] → [size · step].
    const head = spread.shape.slice(0, axis);
    const tail = spread.shape.slice(axis + 1);
    const split = reshape(spread, [...head, size, 1, ...tail]);
    const zeros = split.shape.map(() => 0);
    const grouped = pad(
      split,
      zeros,
      zeros.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
    );
    const merged = reshape(grouped, [...head, size * step, ...tail]);
    const length = Math.min(size * step, shape[axis]! - starts[axis]!);
    spread = slice(
      merged,
      merged.shape.map(() => 0),
      [...head, length, ...tail],
    );
  });
  const after = shape.map((size, axis) => size - starts[axis]! - spread.shape[axis]!);
  return pad(spread, starts, after);
}
