import type { Node } from '../graph.ts';
import { format } from '../shape.ts';
import { reshape, slice } from './movement.ts';

/** One axis of a basic index: a position, a range `[start?, stop?, step?]`, or `null` for all. */
export type Index =
  | number
  | readonly [start?: number | null, stop?: number | null, step?: number]
  | null;

/** NumPy's basic indexing with integers and ranges of positive step; missing axes are taken whole. */
export function getSlices(x: Node, indices: readonly Index[]): Node {
  if (indices.length > x.shape.length) {
    throw new RangeError(
      `slice: ${indices.length} indices for the ${x.shape.length} axes of ${format(x.shape)}`,
    );
  }
  const ranges = x.shape.map((size, axis) => rangeOf(indices[axis] ?? null, size, axis));
  const sliced = slice(
    x,
    ranges.map(({ start }) => start),
    ranges.map(({ count }) => count),
    ranges.map(({ step }) => step),
  );
  return reshape(
    sliced,
    sliced.shape.filter((_, axis) => typeof indices[axis] !== 'number'),
  );
}

function rangeOf(index: Index, size: number, axis: number) {
  if (typeof index === 'number') {
    const start = index < 0 ? index + size : index;
    if (!Number.isInteger(index) || start < 0 || start >= size) {
      throw new RangeError(
        `slice: index ${index} is out of range for axis ${axis} of size ${size}`,
      );
    }
    return { start, count: 1, step: 1 };
  }
  const [first, last, step = 1] = index ?? [];
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(
      `slice: step must be a positive integer: got ${step}; use flip() to go backwards`,
    );
  }
  const bound = (position: number) =>
    Math.min(size, Math.max(0, position < 0 ? position + size : position));
  const start = bound(first ?? 0);
  const count = Math.max(0, Math.ceil((bound(last ?? size) - start) / step));
  return { start, count, step };
}
