import type { ComputeType, Instruction, LoopKernel, ReduceOperator } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { printLoop } from '../../src/print/print-loop.ts';
import { check } from './run.ts';

const random = (size: number, seed = 1) => {
  let state = seed;
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
};
const small = (size: number) => random(size).map((x) => Math.round(x * 4));

/** out[rows] = reduce(in), in by rows or by columns. */
function reduction(
  operator: ReduceOperator,
  rows: number,
  length: number,
  options: { type?: 'f32' | 'i32' | 'u32' | 'bool'; columns?: boolean } = {},
): LoopKernel {
  const { type = 'f32', columns } = options;
  const isPosition = operator.startsWith('arg');
  const output = isPosition ? 'i32' : type;
  return {
    kind: 'loop',
    name: operator,
    reduces: true,
    axes: [rows, length],
    buffers: [
      { dtype: type, size: rows * length, access: 'read' },
      { dtype: output, size: rows, access: 'write' },
    ],
    instructions: [
      {
        op: 'load',
        access: { buffer: 0, offset: 0, strides: columns ? [1, rows] : [length, 1] },
        type: type as ComputeType,
      },
      { op: 'reduce', operator, operand: 0, type: output },
    ],
    stores: [{ value: 1, buffer: 1, offset: 0, strides: [1, 0] }],
  };
}

const operators: ReduceOperator[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin'];
const shapes: [number, number][] = [
  [1, 1],
  [3, 2],
  [5, 4],
  [4, 7],
  [2, 16],
  [7, 33],
  [17, 65],
  [3, 300],
];

describe.each(operators)('%s', (operator) => {
  it.each(shapes)('%i rows of %i, exact on small integers', (rows, length) => {
    for (const columns of [false, true]) {
      const values = small(rows * length).map((x) => (operator === 'prod' ? Math.sign(x) || 1 : x));
      check(reduction(operator, rows, length, { columns }), { 0: values });
      check(reduction(operator, rows, length, { columns, type: 'i32' }), { 0: values });
      const unsigned = values.map(Math.abs);
      check(reduction(operator, rows, length, { columns, type: 'u32' }), { 0: unsigned });
      if (operator === 'max' || operator === 'min') {
        const bools = unsigned.map((x) => (x > 2 ? 1 : 0));
        check(reduction(operator, rows, length, { columns, type: 'bool' }), { 0: bools });
      }
    }
  });

  it('gives the identity over nothing', () => {
    check(reduction(operator, 3, 0), { 0: [] });
    check(reduction(operator, 0, 5), { 0: [] });
  });

  it('knows NaN and infinities', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const rows = [
      [1, nan, 3, 9, nan, 2, 7],
      [-inf, -inf, -inf, -inf, -inf, -inf, -inf],
      [inf, 1, inf, 2, 3, 4, 5],
      [nan, nan, nan, nan, nan, nan, nan],
      [0, -0, 0, -0, 1, 1, -1],
    ];
    const byColumns = rows[0]!.flatMap((_, i) => rows.map((row) => row[i]!));
    check(reduction(operator, 5, 7), { 0: rows.flat() });
    check(reduction(operator, 5, 7, { columns: true }), { 0: byColumns });
  });
});

describe('long sums', () => {
  it.each([
    [1, 100_003, false],
    [1, 300_000, false],
    [2, 70_000, false],
    [3, 40_001, true],
    [24, 5000, true],
    [40, 4096, true],
  ])('%i rows of %i, columns %s: within 8 ε √K Σ|x|', (rows, length, columns) => {
    for (const values of [random(rows * length), new Array<number>(rows * length).fill(0.1)]) {
      const bound = 8 * 2 ** -24 * Math.sqrt(length) * length;
      check(reduction('sum', rows, length, { columns }), { 0: values }, { absolute: bound / 8 });
    }
  });

  it('divides a long row among chunks, whatever the threads', () => {
    const plan = printLoop(
      reduction('sum', 1, 1 << 20),
      { sharedMemory: false, relaxedSimd: false },
      'k',
    );
    expect(plan.steps.length).toBe(2);
    expect(plan.steps[0]!.kernel.chunks).toBeGreaterThan(8);
  });
});

describe('row-wise groups', () => {
  const load = (strides: number[], buffer = 0): Instruction => ({
    op: 'load',
    access: { buffer, offset: 0, strides },
    type: 'f32',
  });
  const f32 = (size: number, access: 'read' | 'write') => ({ dtype: 'f32' as const, size, access });
  const bin = (
    operator: 'add' | 'sub' | 'mul' | 'div',
    left: number,
    right: number,
  ): Instruction => ({
    op: 'binary',
    operator,
    left,
    right,
    type: 'f32',
  });

  function softmax(rows: number, n: number, strides = [n, 1]): LoopKernel {
    return {
      kind: 'loop',
      name: 'softmax',
      reduces: true,
      axes: [rows, n],
      buffers: [f32(rows * n, 'read'), f32(rows * n, 'write')],
      instructions: [
        load(strides),
        { op: 'reduce', operator: 'max', operand: 0, type: 'f32' },
        bin('sub', 0, 1),
        { op: 'unary', operator: 'exp', operand: 2, type: 'f32' },
        { op: 'reduce', operator: 'sum', operand: 3, type: 'f32' },
        bin('div', 3, 4),
      ],
      stores: [{ value: 5, buffer: 1, offset: 0, strides }],
    };
  }

  it.each([
    [1, 1],
    [3, 5],
    [64, 7],
    [5, 16],
    [9, 100],
    [2, 4099],
    [300, 33],
  ])('softmax of %i rows of %i', (rows, n) => {
    const values = random(rows * n).map((x) => x * 10);
    check(softmax(rows, n), { 0: values }, { relative: 1e-6 * Math.sqrt(n) });
    if (rows > 1)
      check(softmax(rows, n, [1, rows]), { 0: values }, { relative: 1e-6 * Math.sqrt(n) });
  });

  it.each([
    [1, 1],
    [4, 6],
    [10, 384],
    [3, 1021],
  ])('layer norm of %i rows of %i', (rows, n) => {
    const kernel: LoopKernel = {
      kind: 'loop',
      name: 'layerNorm',
      reduces: true,
      axes: [rows, n],
      buffers: [
        f32(rows * n, 'read'),
        f32(n, 'read'),
        f32(n, 'read'),
        f32(rows * n, 'write'),
        f32(rows, 'write'),
      ],
      instructions: [
        load([n, 1]),
        { op: 'constant', value: 1 / n, type: 'f32' },
        { op: 'reduce', operator: 'sum', operand: 0, type: 'f32' },
        bin('mul', 2, 1),
        bin('sub', 0, 3),
        bin('mul', 4, 4),
        { op: 'reduce', operator: 'sum', operand: 5, type: 'f32' },
        bin('mul', 6, 1),
        { op: 'constant', value: 1e-5, type: 'f32' },
        bin('add', 7, 8),
        { op: 'unary', operator: 'rsqrt', operand: 9, type: 'f32' },
        bin('mul', 4, 10),
        load([0, 1], 1),
        load([0, 1], 2),
        bin('mul', 11, 12),
        bin('add', 14, 13),
      ],
      stores: [
        { value: 15, buffer: 3, offset: 0, strides: [n, 1] },
        { value: 10, buffer: 4, offset: 0, strides: [1, 0] },
      ],
    };
    const inputs = { 0: random(rows * n), 1: random(n, 2), 2: random(n, 3) };
    check(kernel, inputs, { relative: 1e-6 * Math.sqrt(n), absolute: 1e-5 });
  });

  it('a sum of a value that does not vary, and a broadcast of the result', () => {
    const kernel: LoopKernel = {
      kind: 'loop',
      name: 'broadcast',
      reduces: true,
      axes: [3, 11],
      buffers: [f32(3, 'read'), f32(33, 'write')],
      instructions: [load([1, 0]), { op: 'reduce', operator: 'sum', operand: 0, type: 'f32' }],
      stores: [{ value: 1, buffer: 1, offset: 0, strides: [11, 1] }],
    };
    check(kernel, { 0: [1, 2, 3] });
  });

  it('several reductions in one pass, of a view with many axes', () => {
    const kernel: LoopKernel = {
      kind: 'loop',
      name: 'moments',
      reduces: true,
      axes: [2, 3, 4, 13],
      buffers: [
        f32(312, 'read'),
        f32(24, 'write'),
        f32(24, 'write'),
        { dtype: 'i32', size: 24, access: 'write' },
      ],
      instructions: [
        load([156, 13, 39, 1]),
        bin('mul', 0, 0),
        { op: 'reduce', operator: 'sum', operand: 0, type: 'f32' },
        { op: 'reduce', operator: 'sum', operand: 1, type: 'f32' },
        { op: 'reduce', operator: 'argmax', operand: 0, type: 'i32' },
      ],
      stores: [
        { value: 2, buffer: 1, offset: 0, strides: [12, 4, 1, 0] },
        { value: 3, buffer: 2, offset: 0, strides: [12, 4, 1, 0] },
        { value: 4, buffer: 3, offset: 0, strides: [12, 4, 1, 0] },
      ],
    };
    check(kernel, { 0: small(312) });
  });
});
