import type { DType, MatmulKernel, MatrixAccess, QuantizedOperand } from '@llm/tensor/backend';
import { type FloatStorage, isFloatStorage, product } from '../wgsl.ts';
import type { QuantizedWeights } from './weights.ts';

/**
 * A matrix operand as the templates see it: lines (rows of the left, columns of the right operand) of
 * `inner` elements. Strides in elements.
 */
export interface Operand {
  readonly buffer: number;
  readonly dtype: FloatStorage;
  readonly offset: number;
  /** From one line to the next. */
  readonly lineStride: number;
  /** From one element of a line to the next. */
  readonly innerStride: number;
  readonly batchStrides: readonly number[];
  /** Present where the buffer holds codes, from which the elements are computed; its other fields describe those. */
  readonly quantized?: QuantizedWeights;
}

/** `sum[batch, i, j] = Σ_k left[batch, i, k] · right[batch, j, k]` */
export interface Problem {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: Operand;
  readonly right: Operand;
  /** Right operand of a second product of the left one, laid out as `right`. */
  readonly second?: Operand;
  /** Whether rows and columns changed places; see `swap`. */
  readonly swapped: boolean;
}

/**
 * A kernel's product in its simplest equal form.
 *
 * @throws TypeError where an operand is not of floats
 */
export function problemOf(kernel: MatmulKernel): Problem {
  const { batch, rows, columns, inner, left, right, second } = kernel;
  const dtypeOf = (buffer: number) => floats(kernel.buffers[buffer]!.dtype);
  const access = (
    { buffer, offset, batchStrides, quantized }: MatrixAccess,
    lineStride: number,
    innerStride: number,
  ): Operand => {
    // What a prologue computes is no buffer, and f32, as what is made of codes.
    const dtype = buffer < 0 || quantized ? 'f32' : dtypeOf(buffer);
    const operand = { buffer, dtype, offset, lineStride, innerStride, batchStrides };
    return quantized ? { ...operand, quantized: weightsOf(quantized) } : operand;
  };
  const weightsOf = ({ layout, scales, offsets }: QuantizedOperand): QuantizedWeights => ({
    layout,
    scales: { buffer: scales, dtype: dtypeOf(scales) },
    offsets: offsets === undefined ? undefined : { buffer: offsets, dtype: dtypeOf(offsets) },
  });
  // Where there is one line, its stride says nothing, and must not look like a direction.
  const stride = (size: number, given: number) => (size === 1 ? 0 : given);
  const across = (operand: MatrixAccess) =>
    access(operand, stride(columns, operand.columnStride), operand.rowStride);
  return fold({
    batch,
    rows,
    columns,
    inner,
    left: access(left, stride(rows, left.rowStride), left.columnStride),
    right: across(right),
    ...(second && { second: across(second) }),
    swapped: false,
  });
}

function floats(dtype: DType): FloatStorage {
  if (isFloatStorage(dtype)) return dtype;
  throw new TypeError(`matmul: operands are f32, f16 or bf16: got ${dtype}; cast with .to('f32')`);
}

/**
 * Turns batch dimensions into rows where the right operand is shared and the left goes on as if its rows
 * did: [12, 64, k] · [k, n] is [768, k] · [k, n].
 */
function fold(problem: Problem): Problem {
  const { batch, rows, left, right, second } = problem;
  const size = batch.at(-1);
  if (size === undefined) return problem;
  const foldable =
    size === 1 ||
    (right.batchStrides.at(-1) === 0 &&
      (left.batchStrides.at(-1) === rows * left.lineStride || rows === 1));
  if (!foldable) return problem;
  const drop = (operand: Operand) => ({
    ...operand,
    batchStrides: operand.batchStrides.slice(0, -1),
  });
  const lineStride = rows === 1 && size > 1 ? left.batchStrides.at(-1)! : left.lineStride;
  return fold({
    ...problem,
    batch: batch.slice(0, -1),
    rows: rows * size,
    left: { ...drop(left), lineStride },
    right: drop(right),
    ...(second && { second: drop(second) }),
  });
}

/** The same sums with rows and columns in each other's place, so that a template for few rows serves few columns. */
export function swap(problem: Problem): Problem {
  const { rows, columns, left, right, swapped } = problem;
  return {
    ...problem,
    rows: columns,
    columns: rows,
    left: right,
    right: left,
    swapped: !swapped,
  };
}

/** Number of matrices. */
export const matrices = ({ batch }: Problem): number => product(batch);

/** Number of sums. */
export const sums = (problem: Problem): number =>
  matrices(problem) * problem.rows * problem.columns;

/** How four elements of an operand are read at once. */
export type Direction =
  /** Neighbours along the inner axis. */
  | 'inner'
  /** Neighbours across lines. */
  | 'lines';

/** In which direction an operand is best read: along its contiguous axis. */
export const directionOf = ({ lineStride }: Operand): Direction =>
  lineStride === 1 ? 'lines' : 'inner';

/**
 * Whether every four elements (codes: words) from a multiple of 4 on, along the direction, lie in one aligned
 * word of four, wholly inside or wholly outside the matrix.
 */
export function isAligned(operand: Operand, extent: number, inner: number): boolean {
  const { offset, lineStride, innerStride, batchStrides } = operand;
  // Rows of codes are whole blocks of four words.
  if (operand.quantized) return offset % 4 === 0;
  const [along, across, size] =
    directionOf(operand) === 'lines'
      ? [lineStride, innerStride, extent]
      : [innerStride, lineStride, inner];
  return along === 1 && [offset, across, size, ...batchStrides].every((number) => number % 4 === 0);
}
