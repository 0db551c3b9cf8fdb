/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether two shapes are equal. */
export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** Strides, in elements, of a row-major tensor of this shape. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The shape both inputs broadcast to by NumPy's rule. */
export function broadcastShapes(left: Shape, right: Shape, operation: string): Shape {
  const rank = Math.max(left.length, right.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const a = left[left.length - i] ?? 1;
    const b = right[right.length - i] ?? 1;
    if (a !== b && a !== 1 && b !== 1) {
      throw new RangeError(
        `${operation}: shapes do not broadcast: got ${format(left)} and ${format(right)} (axis -${i}: ${a} and ${b})`,
      );
    }
    result[rank - i] = a === 1 ? b : a;
  }
  return result;
}

/** An axis in [0, rank); negative axes count from the end. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= Math.max(rank, 1)) {
    throw new RangeError(`${operation}: axis ${axis} is out of range for rank ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Sorted, distinct, normalized axes; `undefined` means all of them. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  operation: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === 'number' ? [axes] : axes;
  const normalized = list.map((axis) => normalizeAxis(axis, rank, operation));
  if (new Set(normalized).size !== normalized.length) {
    throw new RangeError(`${operation}: axes repeat: got [${list.join(', ')}] for rank ${rank}`);
  }
  return normalized.sort((a, b) => a - b);
}

/** A shape as error messages show it: `[2, 3]`. */
export function format(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Throws unless every size is a non-negative integer. */
export function checkShape(shape: Shape, operation: string): Shape {
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new RangeError(
        `${operation}: sizes must be non-negative integers: got ${format(shape)}`,
      );
    }
  }
  return shape;
}
