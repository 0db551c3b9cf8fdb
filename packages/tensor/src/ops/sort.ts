import { applyMultiple, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis } from '../shape.ts';
import { scatterAlong, takeAlong } from './gather.ts';
import { moveAxis, slice } from './movement.ts';

/** Sorted elements and the positions they came from. */
export interface Sorted {
  readonly values: Node;
  /** i32 */
  readonly indices: Node;
}

/**
 * The last axis in ascending (or descending) order: outputs values and their positions as i32. Stable: equal
 * elements keep their order, also when descending. NaN counts as the largest, as in PyTorch.
 */
export const sortOp: Op<{ descending: boolean }> = {
  name: 'sort',
  kind: 'kernel',
  infer: ([x]) => [
    { shape: x!.shape, dtype: x!.dtype },
    { shape: x!.shape, dtype: 'i32' },
  ],
  // Each element's gradient lies where the element went: positions sorted by origin are destinations.
  gradient: ({ outputs: [, positions], upstream: [dy] }) => [
    dy && takeAlong(dy, argsort(positions!), -1),
  ],
};

/** The `k` largest (or smallest) elements of the last axis, best first; of equal ones the earlier first. */
export const topkOp: Op<{ k: number; largest: boolean }> = {
  name: 'topk',
  kind: 'composite',
  infer: ([x], { k }) => {
    const shape = x!.shape.with(-1, k);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'i32' },
    ];
  },
  compose: ([x], { k, largest }) =>
    applyMultiple(sortOp, [x!], { descending: largest }).map((output) =>
      slice(
        output,
        output.shape.map(() => 0),
        output.shape.with(-1, k),
      ),
    ),
  gradient: ({ inputs: [x], outputs: [, positions], upstream: [dy] }) => [
    dy && scatterAlong(dy, positions!, x!.shape.length - 1, x!.shape.at(-1)!),
  ],
};

/** Elements along `axis` in order, and the positions they came from. @see sortOp */
export function sort(x: Node, axis = -1, descending = false): Sorted {
  const along = axisOf('sort', x, axis);
  const [values, indices] = applyMultiple(sortOp, [moveAxis(x, along, -1)], { descending });
  return { values: moveAxis(values!, -1, along), indices: moveAxis(indices!, -1, along) };
}

/** Positions, as i32, that would sort `x` along `axis`. */
export function argsort(x: Node, axis = -1, descending = false): Node {
  return sort(x, axis, descending).indices;
}

/** The `k` largest (or smallest) elements along `axis`, best first, and their positions. @see topkOp */
export function topk(x: Node, k: number, axis = -1, largest = true): Sorted {
  const along = axisOf('topk', x, axis);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[along]!) {
    throw new RangeError(`topk: k must be in [0, ${x.shape[along]}]: got ${k}`);
  }
  const [values, indices] = applyMultiple(topkOp, [moveAxis(x, along, -1)], { k, largest });
  return { values: moveAxis(values!, -1, along), indices: moveAxis(indices!, -1, along) };
}

function axisOf(operation: string, x: Node, axis: number): number {
  if (x.shape.length === 0) {
    throw new RangeError(`${operation}: wants at least one axis: got ${format(x.shape)}`);
  }
  return normalizeAxis(axis, x.shape.length, operation);
}
