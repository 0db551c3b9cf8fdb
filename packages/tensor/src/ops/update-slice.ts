import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, sameShape, sizeOf } from '../shape.ts';
import { add, maximum, minimum, sub } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { fill, indices } from './leaf.ts';
import { and, less, lessEqual } from './logic.ts';
import { permute, reshape } from './movement.ts';
import { take } from './take.ts';
import { where } from './where.ts';

/**
 * A tensor with a slice replaced: inputs x [...], update, of x's shape but for `axis`, and start, an i32 scalar: the
 * position along `axis` of the update's first element. What would lie outside of x is left out.
 *
 * A backend's kernel may write where x lies, and then writes the slice alone: a key/value cache costs what is new.
 */
export const updateSliceOp: Op<{ axis: number }> = {
  name: 'updateSlice',
  kind: 'composite',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  compose: ([x, update, start], { axis }) => {
    const [size, length] = [x!.shape[axis]!, update!.shape[axis]!];
    const along = x!.shape.map((_, i) => (i === axis ? size : 1));
    const places = sub(indices(size), start!); // among those of the update
    const isHere = and(lessEqual(0, places), less(places, length));
    const picked =
      length === 1 ? update! : take(update!, minimum(maximum(places, 0), length - 1), axis);
    return where(reshape(isHere, along), picked, x!);
  },
};

/** @see updateSliceOp. @param start a position, or an i32 scalar where it is known on the device only */
export function updateSlice(x: Node, update: Node, start: Node | number, axis: number): Node {
  const along = normalizeAxis(axis, x.shape.length, 'updateSlice');
  const wanted =
    update.shape.length === x.shape.length && x.shape.with(along, update.shape[along]!);
  if (!wanted || !sameShape(wanted, update.shape)) {
    throw new RangeError(
      `updateSlice: the update must have the shape of x but for axis ${along}: got ${format(x.shape)} and ${format(update.shape)}`,
    );
  }
  if (sizeOf(update.shape) === 0) return x;
  return apply(updateSliceOp, [x, cast(update, x.dtype), startOf(start)], { axis: along });
}

function startOf(start: Node | number): Node {
  if (typeof start === 'number') {
    if (!Number.isInteger(start)) {
      throw new RangeError(`updateSlice: start must be an integer: got ${start}`);
    }
    return fill([], start, 'i32');
  }
  if (start.dtype !== 'i32' || sizeOf(start.shape) !== 1) {
    throw new TypeError(
      `updateSlice: start must be a scalar i32: got ${start.dtype} ${format(start.shape)}`,
    );
  }
  return reshape(start, []);
}

/** Test cases of `updateSlice`. */
export const cases: readonly OpCase[] = [
  {
    name: 'one row of each head',
    inputs: [
      { shape: [2, 3, 7, 4] },
      { shape: [2, 3, 1, 4] },
      { shape: [], dtype: 'i32', values: [5] },
    ],
    exact: true,
    build: ([x, update, start]) => updateSlice(x!, update!, start!, 2),
  },
  {
    name: 'several rows, the first axis',
    inputs: [{ shape: [9, 5] }, { shape: [3, 5] }, { shape: [], dtype: 'i32', values: [6] }],
    exact: true,
    build: ([x, update, start]) => updateSlice(x!, update!, start!, 0),
  },
  {
    name: 'over the ends',
    inputs: [
      { shape: [2, 5, 3] },
      { shape: [2, 4, 3] },
      { shape: [], dtype: 'i32', values: [-2] },
      { shape: [], dtype: 'i32', values: [3] },
    ],
    exact: true,
    build: ([x, update, before, after]) =>
      add(updateSlice(x!, update!, before!, 1), updateSlice(x!, update!, after!, 1)),
  },
  {
    name: 'outside',
    inputs: [{ shape: [4, 3] }, { shape: [2, 3] }, { shape: [], dtype: 'i32', values: [4] }],
    exact: true,
    build: ([x, update, start]) => updateSlice(x!, update!, start!, 0),
  },
  {
    name: 'the last axis',
    inputs: [{ shape: [3, 6] }, { shape: [3, 2] }],
    exact: true,
    build: ([x, update]) => updateSlice(x!, update!, 2, -1),
  },
  {
    name: 'integers',
    inputs: [
      { shape: [4, 33], dtype: 'i32' },
      { shape: [2, 33], dtype: 'i32' },
    ],
    exact: true,
    build: ([x, update]) => updateSlice(x!, update!, 1, 0),
  },
  {
    name: 'a view as the update',
    inputs: [
      { shape: [2, 3, 7, 4] },
      { shape: [2, 2, 3, 4] },
      { shape: [], dtype: 'i32', values: [4] },
    ],
    exact: true,
    build: ([x, update, start]) => updateSlice(x!, permute(update!, [0, 2, 1, 3]), start!, 2),
  },
];
