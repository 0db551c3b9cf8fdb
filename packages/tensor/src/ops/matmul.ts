import { isFloat, promote } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { broadcastShapes, format, sizeOf } from '../shape.ts';
import { add } from './arithmetic.ts';
import { sumTo } from './broadcast.ts';
import type { OpCase } from './case.ts';
import { permuteOp, reshape, transpose } from './movement.ts';

/**
 * Matrices [...batch, m, k] · [...batch, k, n] → [...batch, m, n]: one rank (at least 2), batch sizes equal
 * or 1 (a batch of 1 meets every matrix of the other side; nothing is copied). Products add up in f32.
 */
export const matmulOp: Op<undefined> = {
  name: 'matmul',
  kind: 'kernel',
  infer: ([left, right]) => {
    const [a, b] = [left!.shape, right!.shape];
    if (a.length !== b.length || a.length < 2) {
      throw new RangeError(`matmul: wants matrices of one rank: got ${format(a)} and ${format(b)}`);
    }
    if (a.at(-1) !== b.at(-2)) {
      throw new RangeError(`matmul: inner sizes differ: got ${format(a)} and ${format(b)}`);
    }
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2), 'matmul');
    return {
      shape: [...batch, a.at(-2)!, b.at(-1)!],
      dtype: promote(left!.dtype, right!.dtype, 'matmul'),
    };
  },
  gradient: ({ inputs: [left, right], gradient, wants }) => [
    wants(0) ? sumTo(matmul(gradient, transpose(right!)), left!.shape) : undefined,
    wants(1) ? sumTo(rightGradient(left!, right!, gradient), right!.shape) : undefined,
  ],
};

/**
 * leftᵀ · gradient; where the right operand is a transposed view, as a linear layer's weight is, computed as
 * (gradientᵀ · left)ᵀ, so that the result lies in memory as the weight does.
 */
function rightGradient(left: Node, right: Node, gradient: Node): Node {
  return isTransposed(right)
    ? transpose(matmul(transpose(gradient), left))
    : matmul(transpose(left), gradient);
}

function isTransposed({ op, attributes, shape }: Node): boolean {
  if (op !== (permuteOp as unknown)) return false;
  const { axes } = attributes as { axes: readonly number[] };
  return axes.at(-1) === shape.length - 2 && axes.at(-2) === shape.length - 1;
}

/**
 * The matrix product by the rules of `numpy.matmul` and `torch.matmul`: a vector on the left is a row, one
 * on the right a column, and their axis is dropped again; leading axes broadcast.
 */
export function matmul(left: Node, right: Node): Node {
  const [a, b] = [left.shape, right.shape];
  if (a.length === 0 || b.length === 0) {
    throw new RangeError(
      `matmul: wants vectors or matrices: got ${format(a)} and ${format(b)}; use mul for scalars`,
    );
  }
  for (const { dtype } of [left, right]) {
    if (!isFloat(dtype))
      throw new TypeError(`matmul: wants floats: got ${dtype}; cast with .to('f32')`);
  }
  if (a.at(-1) !== b.at(b.length === 1 ? 0 : -2)) {
    throw new RangeError(`matmul: inner sizes differ: got ${format(a)} and ${format(b)}`);
  }
  if (a.length === 1) {
    const product = matmul(reshape(left, [1, ...a]), right); // [...batch, 1, n], or [1] for two vectors
    return reshape(product, [...b.slice(0, -2), ...b.slice(-1).slice(0, b.length - 1)]);
  }
  if (b.length === 1) return reshape(matmul(left, reshape(right, [...b, 1])), a.slice(0, -1));
  if (b.length === 2 && a.length > 2) {
    // One matrix for the whole batch: its rows are those of one tall matrix.
    const rows = reshape(left, [sizeOf(a.slice(0, -1)), a.at(-1)!]);
    return reshape(apply(matmulOp, [rows, right], undefined), [...a.slice(0, -1), b[1]!]);
  }
  const rank = Math.max(a.length, b.length);
  return apply(matmulOp, [ofRank(left, rank), ofRank(right, rank)], undefined);
}

/**
 * x · weightᵀ + bias, as `torch.nn.functional.linear`.
 *
 * @param x [..., in]
 * @param weight [out, in]
 * @param bias [out]
 */
export function linear(x: Node, weight: Node, bias?: Node): Node {
  if (weight.shape.length !== 2) {
    throw new RangeError(`linear: wants a weight [out, in]: got ${format(weight.shape)}`);
  }
  if (x.shape.at(-1) !== weight.shape[1]) {
    throw new RangeError(
      `linear: the input's last size and the weight's differ: got ${format(x.shape)} and ${format(weight.shape)}`,
    );
  }
  const product = matmul(x, transpose(weight));
  return bias ? add(product, bias) : product;
}

function ofRank(x: Node, rank: number): Node {
  return reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
}

const product: OpCase['build'] = ([left, right]) => matmul(left!, right!);

/** Test cases of `matmul` and `linear`. */
export const cases: readonly OpCase[] = [
  {
    name: 'matrices',
    inputs: [{ shape: [3, 5] }, { shape: [5, 2] }],
    terms: 5,
    secondOrder: true,
    build: product,
  },
  { name: 'one element', inputs: [{ shape: [1, 1] }, { shape: [1, 1] }], build: product },
  { name: 'dot', inputs: [{ shape: [7] }, { shape: [7] }], terms: 7, build: product },
  {
    name: 'vector · matrix',
    inputs: [{ shape: [4] }, { shape: [4, 3] }],
    terms: 4,
    build: product,
  },
  {
    name: 'matrix · vector',
    inputs: [{ shape: [3, 4] }, { shape: [4] }],
    terms: 4,
    build: product,
  },
  {
    name: 'vector · batch',
    inputs: [{ shape: [4] }, { shape: [2, 4, 3] }],
    terms: 4,
    build: product,
  },
  {
    name: 'batch · vector',
    inputs: [{ shape: [2, 3, 4] }, { shape: [4] }],
    terms: 4,
    build: product,
  },
  {
    name: 'batch · matrix',
    inputs: [{ shape: [2, 3, 4] }, { shape: [4, 5] }],
    terms: 6,
    build: product,
  },
  {
    name: 'matrix · batch',
    inputs: [{ shape: [3, 4] }, { shape: [2, 4, 5] }],
    terms: 10,
    build: product,
  },
  {
    name: 'batches',
    inputs: [{ shape: [2, 3, 4, 2] }, { shape: [2, 3, 2, 5] }],
    terms: 5,
    build: product,
  },
  {
    name: 'broadcast batches',
    inputs: [{ shape: [2, 1, 3, 4] }, { shape: [3, 4, 2] }],
    terms: 12,
    build: product,
  },
  { name: 'empty inner size', inputs: [{ shape: [2, 0] }, { shape: [0, 3] }], build: product },
  { name: 'no rows', inputs: [{ shape: [0, 3] }, { shape: [3, 2] }], build: product },
  {
    name: 'odd and larger than a tile',
    inputs: [{ shape: [37, 67] }, { shape: [67, 41] }],
    terms: 67,
    gradient: false,
    build: product,
  },
  {
    name: 'transposed views',
    inputs: [{ shape: [17, 9] }, { shape: [11, 17] }],
    terms: 17,
    build: ([left, right]) => matmul(transpose(left!), transpose(right!)),
  },
  {
    name: 'integers',
    inputs: [
      { shape: [9, 33], values: { below: 9 } },
      { shape: [33, 6], values: { below: 9 } },
    ],
    exact: true,
    gradient: false,
    build: product,
  },
  {
    name: 'halves',
    inputs: [
      { shape: [5, 8], dtype: 'f16' },
      { shape: [8, 3], dtype: 'f16' },
    ],
    terms: 8,
    build: product,
  },
  {
    name: 'mixed precision',
    inputs: [{ shape: [5, 8] }, { shape: [8, 3], dtype: 'bf16' }],
    terms: 8,
    build: product,
  },
  {
    name: 'linear',
    inputs: [{ shape: [2, 3, 4] }, { shape: [5, 4] }, { shape: [5] }],
    terms: 6,
    build: ([x, weight, bias]) => linear(x!, weight!, bias),
  },
];
