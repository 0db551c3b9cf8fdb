import type { DType, Instruction, MatmulKernel } from '@llm/tensor/backend';
import { decode, encode } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { erf } from '../../../tensor/test/support/interpreter.ts';
import { printMatmul } from '../../src/print/print-matmul.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';
import { runPlan } from './run.ts';

const small = (size: number, seed = 0) =>
  Array.from({ length: size }, (_, i) => ((i * 7 + seed) % 11) - 5);

interface Case {
  batch?: number[];
  m: number;
  n: number;
  k: number;
  epilogue: Instruction[];
  stores: { value: number; dtype: DType; transposed?: boolean }[];
  inputs?: { values: number[]; dtype: DType }[];
  want(sum: number, index: { batch: number; i: number; j: number }): number[];
}

/** Buffers: A, B, the epilogue's inputs, outputs. */
function run({ batch = [], m, n, k, epilogue, stores, inputs = [], want }: Case): void {
  const count = batch.reduce((a, b) => a * b, 1);
  const strides = (...last: number[]) => [
    ...batch.map((_, axis) => batch.slice(axis + 1).reduce((a, b) => a * b, 1) * m * n),
    ...last,
  ];
  const [a, b] = [small(count * m * k), small(count * k * n, 3)];
  const outputs = 2 + inputs.length;
  const kernel: MatmulKernel = {
    kind: 'matmul',
    name: 'matmul',
    buffers: [
      { dtype: 'f32', size: a.length, access: 'read' },
      { dtype: 'f32', size: b.length, access: 'read' },
      ...inputs.map(({ values, dtype }) => ({
        dtype,
        size: values.length,
        access: 'read' as const,
      })),
      ...stores.map(({ dtype }) => ({ dtype, size: count * m * n, access: 'write' as const })),
    ],
    batch,
    rows: m,
    columns: n,
    inner: k,
    left: {
      buffer: 0,
      offset: 0,
      batchStrides: batchStrides(batch, m * k),
      rowStride: k,
      columnStride: 1,
    },
    right: {
      buffer: 1,
      offset: 0,
      batchStrides: batchStrides(batch, n * k),
      rowStride: n,
      columnStride: 1,
    },
    epilogue,
    stores: stores.map(({ value, transposed }, i) => ({
      value,
      buffer: outputs + i,
      offset: 0,
      strides: transposed ? strides(1, m) : strides(n, 1),
    })),
  };
  const bytes = [
    encode('f32', a),
    encode('f32', b),
    ...inputs.map(({ values, dtype }) => encode(dtype, values)),
    ...stores.map(({ dtype }) => encode(dtype, new Array(count * m * n).fill(9))),
  ];
  for (const relaxedSimd of hasRelaxedSimd() ? [true, false] : [false]) {
    const plan = printMatmul(kernel, { sharedMemory: false, relaxedSimd }, 'test');
    const after = runPlan(plan, bytes, { calls: 2 });
    const got = stores.map(({ dtype }, i) => decode(dtype, after[outputs + i]!, count * m * n));
    for (let z = 0; z < count; z++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let x = 0; x < k; x++) sum += a[(z * m + i) * k + x]! * b[(z * k + x) * n + j]!;
          want(sum, { batch: z, i, j }).forEach((value, store) => {
            const at = z * m * n + (stores[store]!.transposed ? j * m + i : i * n + j);
            expect(got[store]![at]).toBeCloseTo(value, 3);
          });
        }
      }
    }
  }
}

function batchStrides(batch: readonly number[], size: number): number[] {
  return batch.map((_, axis) => batch.slice(axis + 1).reduce((a, b) => a * b, 1) * size);
}

const accumulator: Instruction = { op: 'accumulator', type: 'f32' };
const load = (buffer: number, strides: number[], offset = 0): Instruction => ({
  op: 'load',
  access: { buffer, offset, strides },
  type: 'f32',
});
const add = (left: number, right: number): Instruction => ({
  op: 'binary',
  operator: 'add',
  left,
  right,
  type: 'f32',
});

const sizes = [
  [1, 5, 7],
  [7, 1, 9],
  [5, 9, 3],
  [13, 33, 20],
  [70, 50, 65],
] as const;

describe.each(sizes)('product %i × %i × %i', (m, n, k) => {
  it('as it is', () => {
    run({ m, n, k, epilogue: [], stores: [{ value: 0, dtype: 'f32' }], want: (sum) => [sum] });
  });

  it('with bias and activation, the sum kept as well', () => {
    const bias = small(n, 5);
    run({
      m,
      n,
      k,
      inputs: [{ values: bias, dtype: 'f32' }],
      epilogue: [
        accumulator,
        load(2, [0, 1]),
        add(0, 1),
        { op: 'constant', value: 0.01, type: 'f32' },
        { op: 'binary', operator: 'mul', left: 2, right: 3, type: 'f32' },
        { op: 'unary', operator: 'erf', operand: 4, type: 'f32' },
      ],
      stores: [
        { value: 2, dtype: 'f32' },
        { value: 5, dtype: 'f32' },
      ],
      want: (sum, { j }) => [sum + bias[j]!, erf(0.01 * (sum + bias[j]!))],
    });
  });

  it('into 16 bits and a transposed view', () => {
    run({
      m,
      n,
      k,
      epilogue: [
        accumulator,
        { op: 'index', offset: 0, strides: [1, 0], type: 'i32' },
        { op: 'cast', operand: 1, to: 'f32', type: 'f32' },
        add(0, 2),
      ],
      stores: [
        { value: 3, dtype: 'f16' },
        { value: 3, dtype: 'f32', transposed: true },
      ],
      want: (sum, { i }) => [sum + i, sum + i],
    });
  });

  it('batched, with a residual read through a transposed view', () => {
    const batch = [2, 3];
    const residual = small(6 * m * n);
    run({
      batch,
      m,
      n,
      k,
      inputs: [{ values: residual, dtype: 'f32' }],
      epilogue: [accumulator, load(2, [3 * m * n, m * n, 1, m]), add(0, 1)],
      stores: [{ value: 2, dtype: 'f32' }],
      want: (sum, { batch: z, i, j }) => [sum + residual[z * m * n + j * m + i]!],
    });
  });

  it('with a function that is called', () => {
    run({
      m,
      n,
      k,
      epilogue: [
        accumulator,
        { op: 'constant', value: 0.125, type: 'f32' },
        { op: 'binary', operator: 'mul', left: 0, right: 1, type: 'f32' },
        { op: 'unary', operator: 'cos', operand: 2, type: 'f32' },
      ],
      stores: [{ value: 3, dtype: 'f32' }],
      want: (sum) => [Math.cos(sum / 8)],
    });
  });
});
