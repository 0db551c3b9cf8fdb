import { isFloat } from '../dtype.ts';
import { apply, type Node, type Op, type Spec } from '../graph.ts';
import { blockOf, groupsOf, type QuantizedLayout, wordsOf } from '../ir/quantized.ts';
import { format } from '../shape.ts';
import { add, mul } from './arithmetic.ts';
import { cast } from './cast.ts';
import { indices as iota } from './leaf.ts';
import { and, shiftLeft, shiftRight } from './logic.ts';
import { reshape, slice } from './movement.ts';
import { take } from './take.ts';

/**
 * The numbers of a quantized matrix, f32 [rows, columns]: `code · scale (+ offset)`.
 *
 * Inputs: codes i32 [rows, words], scales [rows, groups] and perhaps offsets of the same shape. Codes lie in
 * blocks of four words; within a block, the s-th code from the low end of word l belongs to column 4s + l. So a
 * vector of four words, shifted and masked, is four neighbouring columns, and no format of any file needs more
 * than this layout to be held without loss.
 */
export const dequantizeOp: Op<QuantizedLayout> = {
  name: 'dequantize',
  kind: 'composite',
  infer: (inputs, layout) => ({
    shape: [checkQuantized('dequantize', inputs, layout), layout.columns],
    dtype: 'f32',
  }),
  compose: ([codes, scales, offsets], layout) => {
    const { bits, columns, group } = layout;
    const rows = codes!.shape[0]!;
    const perWord = 32 / bits;
    const blocks = codes!.shape[1]! / 4;
    const places = reshape(mul(iota(perWord), bits), [perWord, 1]);
    const words = reshape(codes!, [rows, blocks, 1, 4]);
    const low =
      bits === 4
        ? and(shiftRight(words, places), 15)
        : shiftRight(shiftLeft(words, add(mul(places, -1), 24)), 24); // sign-extended
    // [rows, blocks, perWord, 4] in row-major order is the order of the columns.
    const values = reshape(cast(low, 'f32'), [rows, blocks * blockOf(bits)]);
    const groups = groupsOf(layout);
    // A group that is cut short is the only one, or ends where the last block does.
    const width = groups === 1 ? columns : group * groups;
    const inGroups = reshape(slice(values, [0, 0], [rows, width]), [rows, groups, width / groups]);
    const factor = reshape(cast(scales!, 'f32'), [rows, groups, 1]);
    const scaled = mul(inGroups, factor);
    const shifted = offsets
      ? add(scaled, reshape(cast(offsets, 'f32'), [rows, groups, 1]))
      : scaled;
    return slice(reshape(shifted, [rows, width]), [0, 0], [rows, columns]);
  },
};

/**
 * Checks the parts of a quantized matrix.
 *
 * @returns its number of rows
 * @throws RangeError or TypeError naming what does not fit
 */
export function checkQuantized(
  operation: string,
  [codes, scales, offsets]: readonly Spec[],
  layout: QuantizedLayout,
): number {
  const { bits, columns, group } = layout;
  const groups = groupsOf(layout);
  const block = blockOf(bits);
  if ((bits !== 4 && bits !== 8) || !Number.isInteger(columns) || columns < 1) {
    throw new RangeError(`${operation}: wants 4 or 8 bits and columns: got ${bits} and ${columns}`);
  }
  if (!Number.isInteger(group) || group < 1 || (groups > 1 && group % block !== 0)) {
    throw new RangeError(
      `${operation}: groups of ${bits}-bit codes are a multiple of ${block} columns, or whole rows: got ${group} of ${columns}`,
    );
  }
  const rows = codes!.shape[0] ?? 0;
  const wanted = [rows, wordsOf(layout)];
  if (codes!.dtype !== 'i32' || String(codes!.shape) !== String(wanted)) {
    throw new RangeError(
      `${operation}: wants codes i32 ${format(wanted)}: got ${codes!.dtype} ${format(codes!.shape)}`,
    );
  }
  for (const part of offsets ? [scales!, offsets] : [scales!]) {
    if (!isFloat(part.dtype) || String(part.shape) !== String([rows, groups])) {
      throw new RangeError(
        `${operation}: wants float scales and offsets ${format([rows, groups])}: got ${part.dtype} ${format(part.shape)}`,
      );
    }
  }
  return rows;
}

/** The numbers of a quantized matrix. @see dequantizeOp */
export function dequantize(parts: readonly Node[], layout: QuantizedLayout): Node {
  const { bits, columns, group } = layout;
  return apply(dequantizeOp, parts, { bits, columns, group });
}

/** Whether a node is a quantized matrix, whose parts are the node's inputs. */
export function isQuantized(node: Node): boolean {
  return node.op === (dequantizeOp as unknown) && node.inputs.length > 0;
}

/** Rows of a quantized matrix, of which nothing else is dequantized: ids [...] → f32 [..., columns]. */
export function takeQuantized(matrix: Node, ids: Node): Node {
  const layout = matrix.attributes as QuantizedLayout;
  const count = ids.shape.reduce((all, size) => all * size, 1);
  const flat = reshape(ids, [count]);
  const rows = dequantize(
    matrix.inputs.map((part) => take(part, flat)),
    layout,
  );
  return reshape(rows, [...ids.shape, layout.columns]);
}
