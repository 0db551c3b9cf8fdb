import { type DType, encode, type MatmulKernel, roundTo } from '@llm/tensor/backend';

/** Sizes and layouts of a product. */
export interface MatmulCase {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly batch?: readonly number[];
  /** N: the inner axis of the left, the columns of the right are contiguous; T: the other axis is. */
  readonly layout?: 'NN' | 'NT' | 'TN' | 'TT';
  readonly leftDtype?: 'f32' | 'f16' | 'bf16';
  readonly rightDtype?: 'f32' | 'f16' | 'bf16';
  /** Batch dimensions along which an operand is the same. */
  readonly sharedLeft?: readonly boolean[];
  readonly sharedRight?: readonly boolean[];
  /** Elements before the first of each operand, and between its lines. */
  readonly offset?: number;
  readonly gap?: number;
}

const sizeOf = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** The kernel as the compiler emits it, values for its operands, and the sums in double precision. */
export function makeCase(x: MatmulCase): {
  kernel: MatmulKernel;
  buffers: Uint8Array[];
  want: Float64Array;
  /** Σ|terms| of each sum. */
  magnitude: Float64Array;
} {
  const { rows, columns, inner, batch = [], layout = 'NN', offset = 0, gap = 0 } = x;
  const operand = (
    lines: number,
    depth: number,
    transposed: boolean,
    shared: readonly boolean[] = batch.map(() => false),
    seed: number,
    dtype: DType,
    buffer: number,
  ) => {
    const [outer, contiguous] = transposed ? [depth, lines] : [lines, depth];
    const matrix = outer * (contiguous + gap);
    const sizes = batch.map((size, axis) => (shared[axis] ? 1 : size));
    const batchStrides = batch.map((_, axis) =>
      shared[axis] ? 0 : matrix * sizeOf(sizes.slice(axis + 1)),
    );
    const values = Array.from({ length: offset + matrix * sizeOf(sizes) }, (_, i) =>
      roundTo(dtype, Math.sin((i + 1) * seed)),
    );
    const [lineStride, innerStride] = transposed ? [1, contiguous + gap] : [contiguous + gap, 1];
    return { buffer, offset, batchStrides, lineStride, innerStride, values, dtype };
  };
  const { leftDtype = 'f32', rightDtype = 'f32' } = x;
  const left = operand(rows, inner, layout[0] === 'T', x.sharedLeft, 0.7, leftDtype, 0);
  // A right operand that is not transposed has contiguous columns.
  const right = operand(columns, inner, layout[1] === 'N', x.sharedRight, 1.3, rightDtype, 1);
  const count = sizeOf(batch) * rows * columns;
  const axes = [...batch, rows, columns];
  const want = new Float64Array(count);
  const magnitude = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const column = at % columns;
    const row = Math.floor(at / columns) % rows;
    let matrix = Math.floor(at / columns / rows);
    let [a, b] = [offset + row * left.lineStride, offset + column * right.lineStride];
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const index = matrix % batch[axis]!;
      matrix = Math.floor(matrix / batch[axis]!);
      a += index * left.batchStrides[axis]!;
      b += index * right.batchStrides[axis]!;
    }
    for (let k = 0; k < inner; k++) {
      const term =
        left.values[a + k * left.innerStride]! * right.values[b + k * right.innerStride]!;
      want[at]! += term;
      magnitude[at]! += Math.abs(term);
    }
  }
  const kernel: MatmulKernel = {
    kind: 'matmul',
    name: 'matmul',
    buffers: [
      { dtype: leftDtype, size: left.values.length, access: 'read' },
      { dtype: rightDtype, size: right.values.length, access: 'read' },
      { dtype: 'f32', size: count, access: 'write' },
    ],
    batch,
    rows,
    columns,
    inner,
    left: { ...left, rowStride: left.lineStride, columnStride: left.innerStride },
    right: { ...right, rowStride: right.innerStride, columnStride: right.lineStride },
    epilogue: [],
    stores: [
      {
        value: 0,
        buffer: 2,
        offset: 0,
        strides: axes.map((_, axis) => sizeOf(axes.slice(axis + 1))),
      },
    ],
  };
  const buffers = [
    encode(leftDtype, left.values),
    encode(rightDtype, right.values),
    new Uint8Array(count * 4).fill(0xff),
  ];
  return { kernel, buffers, want, magnitude };
}
