import type { MatmulKernel } from '@llm/tensor/backend';
import { bufferOf, integers, type Problem } from './problem.ts';

interface Sizes {
  readonly batch?: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Whether the right operand's lines are the columns. */
  readonly transposed?: boolean;
}

/** Products that between them take every way of cutting one (`kernels/matmul/choose.ts`), edges of tiles included. */
export const products = (): readonly Problem[] => [
  product({ rows: 72, columns: 100, inner: 40 }),
  product({ rows: 40, columns: 48, inner: 528, transposed: true }), // ranges of the inner axis
  product({ batch: 128, rows: 50, columns: 64, inner: 16 }), // enough workgroups for large tiles
  product({ rows: 1, columns: 260, inner: 256 }),
  product({ rows: 3, columns: 130, inner: 256, transposed: true }),
];

function product({ batch = 1, rows, columns, inner, transposed = false }: Sizes): Problem {
  const left = integers(batch * rows * inner, 3, 1);
  const right = integers(inner * columns, 3, 2);
  const [rowStride, columnStride] = transposed ? [1, inner] : [columns, 1];
  const out = new Float32Array(batch * rows * columns);
  for (let row = 0; row < batch * rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) {
        sum += left[row * inner + i]! * right[i * rowStride + column * columnStride]!;
      }
      out[row * columns + column] = sum;
    }
  }
  const axes = batch === 1 ? [] : [batch];
  const kernel: MatmulKernel = {
    kind: 'matmul',
    name: 'matmul',
    buffers: [bufferOf(left, 'read'), bufferOf(right, 'read'), bufferOf(out, 'write')],
    batch: axes,
    rows,
    columns,
    inner,
    left: {
      ...{ buffer: 0, offset: 0, batchStrides: axes.map(() => rows * inner) },
      ...{ rowStride: inner, columnStride: 1 },
    },
    right: { buffer: 1, offset: 0, batchStrides: axes.map(() => 0), rowStride, columnStride },
    epilogue: [{ op: 'accumulator', type: 'f32' }],
    stores: [
      {
        ...{ value: 0, buffer: 2, offset: 0 },
        strides: [...axes.map(() => rows * columns), columns, 1],
      },
    ],
  };
  const contents = [left, right, new Float32Array(out.length)];
  return { kernel, contents, expected: [out], tolerance: 0 };
}

/** Products with matrices that lie packed: of few rows and of many, of 4 and of 8 bits. */
export const quantizedProducts = (): readonly Problem[] => [
  quantized(1, 4),
  quantized(40, 4),
  quantized(1, 8),
];

function quantized(count: number, bits: 4 | 8): Problem {
  const [rows, columns, group] = [72, 128, 32];
  const words = (columns * bits) / 32;
  const places = 32 / bits;
  const x = integers(count * columns, 2, 3);
  const codes = Int32Array.from({ length: rows * words }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const scales = integers((rows * columns) / group, 2, 4);
  const out = new Float32Array(count * rows);
  for (let at = 0; at < out.length; at++) {
    const row = at % rows;
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      // A block is four words; a place of it, four neighbouring columns (`kernels/matmul/weights.ts`).
      const inBlock = column % (4 * places);
      const block = Math.floor(column / (4 * places));
      const word = codes[row * words + 4 * block + (inBlock % 4)]!;
      const shift = Math.floor(inBlock / 4) * bits;
      const code = bits === 4 ? (word >>> shift) & 15 : (word << (24 - shift)) >> 24;
      const scale = scales[((row * columns + column) / group) | 0]!;
      sum += x[Math.floor(at / rows) * columns + column]! * code * scale;
    }
    out[at] = sum;
  }
  const parts = [x, codes, scales];
  const kernel: MatmulKernel = {
    kind: 'matmul',
    name: 'quantizedLinear',
    buffers: [...parts.map((words) => bufferOf(words, 'read')), bufferOf(out, 'write')],
    ...{ batch: [], rows: count, columns: rows, inner: columns },
    left: { buffer: 0, offset: 0, batchStrides: [], rowStride: columns, columnStride: 1 },
    right: {
      ...{ buffer: 1, offset: 0, batchStrides: [], rowStride: 1, columnStride: words },
      quantized: { layout: { bits, columns, group }, scales: 2 },
    },
    epilogue: [],
    stores: [{ value: 0, buffer: 3, offset: 0, strides: [rows, 1] }],
  };
  return {
    kernel,
    contents: [...parts, new Float32Array(out.length)],
    expected: [out],
    tolerance: 0,
  };
}
