import { describe, expect, it } from 'vitest';
import type { Instruction, LoopKernel, MatmulKernel } from '../src/ir/kernel.ts';
import { readsWhatItWrites } from '../src/plan/overwrite.ts';

const load = (buffer: number, strides: number[], offset = 0): Instruction => ({
  op: 'load',
  access: { buffer, offset, strides },
  type: 'f32',
});

/** x / max(x), with a second store of what is given. */
function rows(instructions: Instruction[], stores: LoopKernel['stores']): LoopKernel {
  const buffer = { dtype: 'f32', size: 24 } as const;
  return {
    kind: 'loop',
    name: 'rows',
    buffers: [
      { ...buffer, access: 'read' },
      { ...buffer, access: 'write' },
      { ...buffer, access: 'write' },
    ],
    axes: [4, 6],
    reduces: true,
    instructions,
    stores,
  };
}

const max: Instruction = { op: 'reduce', operator: 'max', operand: 0, type: 'f32' };
const divided: Instruction = { op: 'binary', operator: 'div', left: 0, right: 1, type: 'f32' };
const at = (value: number, buffer: number, strides = [6, 1]) => ({
  value,
  buffer,
  offset: 0,
  strides,
});

describe('readsWhatItWrites', () => {
  it('holds where the last pass over a row stores', () => {
    const kernel = rows([load(0, [6, 1]), max, divided], [at(2, 1)]);
    expect(readsWhatItWrites(kernel, 0, 1)).toBe(true);
  });

  it('does not hold where an earlier pass stores', () => {
    const twice: Instruction = { op: 'binary', operator: 'add', left: 0, right: 0, type: 'f32' };
    const kernel = rows([load(0, [6, 1]), max, divided, twice], [at(3, 1), at(2, 2)]);
    expect(readsWhatItWrites(kernel, 0, 1)).toBe(false);
    expect(readsWhatItWrites(kernel, 0, 2)).toBe(true);
  });

  it('does not hold where elements are read and a value per row is written, or elsewhere is read', () => {
    expect(readsWhatItWrites(rows([load(0, [6, 1]), max], [at(1, 1, [1, 0])]), 0, 1)).toBe(false);
    const shifted = rows([load(0, [6, 1], 6), max, divided], [at(2, 1)]);
    expect(readsWhatItWrites(shifted, 0, 1)).toBe(false);
  });

  it('holds for what a product is added to, but not for its operands', () => {
    const matrix = (buffer: number) => ({
      buffer,
      offset: 0,
      batchStrides: [],
      rowStride: 3,
      columnStride: 1,
    });
    const kernel: MatmulKernel = {
      kind: 'matmul',
      name: 'matmul',
      buffers: [
        { dtype: 'f32', size: 9, access: 'read' },
        { dtype: 'f32', size: 9, access: 'read' },
        { dtype: 'f32', size: 9, access: 'write' },
      ],
      batch: [],
      rows: 3,
      columns: 3,
      inner: 3,
      left: matrix(0),
      right: matrix(0),
      epilogue: [
        load(1, [3, 1]),
        { op: 'accumulator', type: 'f32' },
        { op: 'binary', operator: 'add', left: 0, right: 1, type: 'f32' },
      ],
      stores: [at(2, 2, [3, 1])],
    };
    expect(readsWhatItWrites(kernel, 1, 2)).toBe(true);
    expect(readsWhatItWrites({ ...kernel, right: matrix(1) }, 1, 2)).toBe(false);
  });
});
