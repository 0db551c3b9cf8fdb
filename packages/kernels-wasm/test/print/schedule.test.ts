import type { LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/print/analysis.ts';
import { prefersColumns, schedule } from '../../src/print/schedule.ts';
import { check } from './run.ts';

/** Σ over rows of (x − mean) · rstd · dy: a layer norm's weight gradient. x and dy are [rows, columns]. */
function weightGradient(columns: number, rows: number): LoopKernel {
  const matrix = [1, columns];
  const perRow = [0, 1];
  const load = (buffer: number, strides: number[]) =>
    ({ op: 'load', access: { buffer, offset: 0, strides }, type: 'f32' }) as const;
  const binary = (operator: 'sub' | 'mul', left: number, right: number) =>
    ({ op: 'binary', operator, left, right, type: 'f32' }) as const;
  return {
    kind: 'loop',
    name: 'weight gradient',
    reduces: true,
    axes: [columns, rows],
    buffers: [
      { dtype: 'f32', size: rows * columns, access: 'read' },
      { dtype: 'f32', size: rows * columns, access: 'read' },
      { dtype: 'f32', size: rows, access: 'read' },
      { dtype: 'f32', size: rows, access: 'read' },
      { dtype: 'f32', size: columns, access: 'write' },
    ],
    instructions: [
      load(0, matrix),
      load(1, matrix),
      load(2, perRow),
      load(3, perRow),
      binary('sub', 0, 2),
      binary('mul', 4, 3),
      binary('mul', 5, 1),
      { op: 'reduce', operator: 'sum', operand: 6, type: 'f32' },
    ],
    stores: [{ value: 7, buffer: 4, offset: 0, strides: [1, 0] }],
  };
}

/** [rows, columns] read as its transpose. */
function transposed(rows: number, columns: number): LoopKernel {
  const size = rows * columns;
  return {
    kind: 'loop',
    name: 'transposed',
    reduces: false,
    axes: [columns, rows],
    buffers: [
      { dtype: 'f32', size, access: 'read' },
      { dtype: 'f32', size, access: 'write' },
    ],
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [1, columns] }, type: 'f32' },
    ],
    stores: [{ value: 0, buffer: 1, offset: 0, strides: [rows, 1] }],
  };
}

const integers = (size: number) => Array.from({ length: size }, (_, i) => ((i * 7) % 9) - 4);

describe('sums down columns with values per row', () => {
  it('go along the columns, where x is contiguous', () => {
    const kernel = weightGradient(384, 1024);
    expect(prefersColumns(kernel, analyze(kernel))).toBe(true);
  });

  it.each([
    [4, 3],
    [37, 130],
    [96, 700],
  ])('are exact on integers: %i columns of %i rows', (columns, rows) => {
    const matrix = integers(rows * columns);
    const perRow = integers(rows);
    check(weightGradient(columns, rows), { 0: matrix, 1: matrix, 2: perRow, 3: perRow });
  });
});

describe('transposed views', () => {
  it('are walked in tiles of at most eight lines', () => {
    const kernel = transposed(1024, 256);
    const { splits } = schedule(kernel, analyze(kernel));
    expect(splits.find(({ axis }) => axis === 1)?.length).toBe(8);
  });

  it.each([
    [16, 16],
    [64, 128],
    [67, 131],
  ])('of [%i, %i] move every element', (rows, columns) => {
    check(transposed(rows, columns), { 0: Array.from({ length: rows * columns }, (_, i) => i) });
  });
});
