import { promote } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, sameShape } from '../shape.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { indices } from './leaf.ts';
import { less } from './logic.ts';
import { pad, reshape, slice } from './movement.ts';
import { where } from './where.ts';

/**
 * Tensors joined along one axis; other sizes and dtypes are equal. Composed as a choice between padded
 * inputs, so that it fuses into whatever reads it.
 */
export const concatOp: Op<{ axis: number }> = {
  name: 'concat',
  kind: 'composite',
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return { shape: first!.shape.with(axis, total), dtype: first!.dtype };
  },
  compose: (inputs, { axis }) => {
    const { shape } = inputs[0]!;
    const isEven = inputs.every((input) => input.shape[axis] === shape[axis]);
    if (isEven && shape[axis] !== 1) {
      // Parts of one size are rows of an axis of their own: which part it is, is asked once per row.
      const rows = inputs.map((input) => reshape(input, shape.toSpliced(axis, 0, 1)));
      const size = shape[axis]! * inputs.length;
      return reshape(apply(concatOp, rows, { axis }), shape.with(axis, size));
    }
    const ends: number[] = [];
    for (const { shape } of inputs) ends.push((ends.at(-1) ?? 0) + shape[axis]!);
    const total = ends.at(-1)!;
    const zeros = inputs[0]!.shape.map(() => 0);
    const padded = inputs.map((input, i) =>
      pad(
        input,
        zeros.with(axis, ends[i]! - input.shape[axis]!),
        zeros.with(axis, total - ends[i]!),
      ),
    );
    const position = reshape(
      indices(total),
      zeros.map((_, i) => (i === axis ? total : 1)),
    );
    return padded.reduceRight((rest, input, i) => where(less(position, ends[i]!), input, rest));
  },
  gradient: ({ inputs, attributes: { axis }, gradient, wants }) => {
    let start = 0;
    return inputs.map(({ shape }, i) => {
      const starts = shape.map(() => 0).with(axis, start);
      start += shape[axis]!;
      return wants(i) ? slice(gradient, starts, shape) : undefined;
    });
  },
};

/** Tensors joined along `axis`, promoted to one dtype. */
export function concat(inputs: readonly Node[], axis = 0): Node {
  const [first] = inputs;
  if (!first) throw new RangeError('concat: wants at least one tensor: got none');
  if (first.shape.length === 0) {
    throw new RangeError('concat: scalars have no axis to join along; use stack');
  }
  const along = normalizeAxis(axis, first.shape.length, 'concat');
  for (const { shape } of inputs) {
    const fits = shape.length === first.shape.length;
    if (!fits || !sameShape(shape.with(along, 0), first.shape.with(along, 0))) {
      throw new RangeError(
        `concat: sizes must be equal but for axis ${along}: got ${inputs.map((input) => format(input.shape)).join(', ')}`,
      );
    }
  }
  const dtype = inputs.map((input) => input.dtype).reduce((a, b) => promote(a, b, 'concat'));
  const filled = inputs.filter(({ shape }) => shape[along] !== 0).map((x) => cast(x, dtype));
  if (filled.length === 0) return cast(first, dtype);
  return filled.length === 1 ? filled[0]! : apply(concatOp, filled, { axis: along });
}

/** Tensors of one shape joined along a new axis. */
export function stack(inputs: readonly Node[], axis = 0): Node {
  const [first] = inputs;
  if (!first) throw new RangeError('stack: wants at least one tensor: got none');
  if (!inputs.every(({ shape }) => sameShape(shape, first.shape))) {
    throw new RangeError(
      `stack: shapes must be equal: got ${inputs.map((input) => format(input.shape)).join(', ')}`,
    );
  }
  const along = normalizeAxis(axis, first.shape.length + 1, 'stack');
  return concat(
    inputs.map((input) => reshape(input, input.shape.toSpliced(along, 0, 1))),
    along,
  );
}

/** Pieces of the given sizes along `axis`; one number cuts equal pieces, the last may be smaller. */
export function split(x: Node, sizes: number | readonly number[], axis = 0): Node[] {
  const along = normalizeAxis(axis, x.shape.length, 'split');
  const length = x.shape[along]!;
  if (typeof sizes === 'number' && !(Number.isInteger(sizes) && sizes > 0)) {
    throw new RangeError(`split: wants a positive size: got ${sizes}`);
  }
  const list =
    typeof sizes === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(length / sizes)) }, (_, i) =>
          Math.min(sizes, length - i * sizes),
        )
      : sizes;
  if (list.reduce((sum, size) => sum + size, 0) !== length) {
    throw new RangeError(
      `split: sizes [${list.join(', ')}] do not add up to axis ${along} of ${format(x.shape)}`,
    );
  }
  const [size] = list;
  if (list.length > 1 && size! > 0 && list.every((other) => other === size)) {
    // Along an axis of their own, so that neither a part nor its gradient has a bound in the middle of a row.
    const rows = reshape(x, x.shape.toSpliced(along, 1, list.length, size!));
    return list.map((_, i) => {
      const starts = rows.shape.map(() => 0).with(along, i);
      return reshape(slice(rows, starts, rows.shape.with(along, 1)), x.shape.with(along, size!));
    });
  }
  let start = 0;
  return list.map((size) => {
    const starts = x.shape.map(() => 0).with(along, start);
    start += size;
    return slice(x, starts, x.shape.with(along, size));
  });
}

/** `count` pieces along `axis`, each as large as the first but perhaps the last (fewer if there are too few elements). */
export function chunk(x: Node, count: number, axis = 0): Node[] {
  if (!(Number.isInteger(count) && count > 0)) {
    throw new RangeError(`chunk: wants a positive number of pieces: got ${count}`);
  }
  const along = normalizeAxis(axis, x.shape.length, 'chunk');
  return split(x, Math.max(1, Math.ceil(x.shape[along]! / count)), along);
}

/** Test cases of `concat`, `stack`, `split` and `chunk`. */
export const cases: readonly OpCase[] = [
  {
    name: 'rows',
    inputs: [{ shape: [2, 3] }, { shape: [1, 3] }, { shape: [4, 3] }],
    exact: true,
    build: (inputs) => concat(inputs),
  },
  {
    name: 'last axis with an empty part',
    inputs: [{ shape: [2, 3] }, { shape: [2, 0], differentiable: false }, { shape: [2, 5] }],
    exact: true,
    build: (inputs) => concat(inputs, -1),
  },
  {
    name: 'integers and bools',
    inputs: [
      { shape: [3], dtype: 'i32' },
      { shape: [2], dtype: 'bool', values: { below: 2 } },
    ],
    exact: true,
    build: (inputs) => concat(inputs),
  },
  {
    name: 'stack in the middle',
    inputs: [{ shape: [2, 3] }, { shape: [2, 3] }],
    exact: true,
    build: (inputs) => stack(inputs, 1),
  },
  {
    name: 'split and joined in another order',
    inputs: [{ shape: [2, 7] }],
    exact: true,
    build: ([x]) => concat(split(x!, [2, 1, 4], 1).reverse(), 1),
  },
  { name: 'chunks', inputs: [{ shape: [7, 2] }], exact: true, build: ([x]) => chunk(x!, 3) },
];
