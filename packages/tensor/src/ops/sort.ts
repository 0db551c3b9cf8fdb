import { applyMultiple, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis } from '../shape.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
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

const both = ({ values, indices }: Sorted): Node[] => [values, indices];

/** Test cases of `sort`, `argsort` and `topk`. */
export const cases: readonly OpCase[] = [
  {
    name: 'ascending',
    inputs: [{ shape: [3, 7], values: 'distinct' }],
    exact: true,
    build: ([x]) => sort(x!).values,
  },
  {
    name: 'descending, first axis',
    inputs: [{ shape: [5, 3], values: 'distinct' }],
    exact: true,
    build: ([x]) => sort(x!, 0, true).values,
  },
  {
    name: 'ties keep their order',
    inputs: [{ shape: [2, 40], dtype: 'i32', values: { below: 4 } }],
    exact: true,
    build: ([x]) => [...both(sort(x!)), ...both(sort(x!, -1, true))],
  },
  {
    name: 'NaN is the largest',
    inputs: [
      {
        shape: [6],
        values: [1, Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY],
      },
    ],
    exact: true,
    gradient: false,
    build: ([x]) => [...both(sort(x!)), ...both(sort(x!, 0, true))],
  },
  {
    name: 'one and none',
    inputs: [{ shape: [3, 1] }, { shape: [2, 0] }],
    exact: true,
    gradient: false,
    build: ([x, y]) => [...both(sort(x!)), ...both(sort(y!))],
  },
  {
    name: 'longer than a workgroup',
    inputs: [{ shape: [2, 1025] }],
    exact: true,
    gradient: false,
    build: ([x]) => both(sort(x!)),
  },
  {
    name: 'top three',
    inputs: [{ shape: [4, 9], values: 'distinct' }],
    exact: true,
    build: ([x]) => topk(x!, 3).values,
  },
  {
    name: 'least of the first axis, with ties',
    inputs: [{ shape: [30, 2], dtype: 'i32', values: { below: 9 } }],
    exact: true,
    build: ([x]) => both(topk(x!, 4, 0, false)),
  },
  {
    name: 'top one of halves',
    inputs: [{ shape: [3, 17], dtype: 'f16' }],
    exact: true,
    gradient: false,
    build: ([x]) => topk(cast(x!, 'f32'), 1).indices,
  },
];
