import type { Instruction, LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../../tensor/test/support/interpreter.ts';
import { fitBindings } from '../../src/print/fit-bindings.ts';

const [rows, columns] = [3, 4];
const size = rows * columns;

/** Sums of `reads` inputs: all of them, the first half, and the first less the last. */
function sums(reads: number, reduces: boolean): LoopKernel {
  const strides = [columns, 1];
  const instructions: Instruction[] = Array.from({ length: reads }, (_, buffer) => ({
    op: 'load',
    access: { buffer, offset: 0, strides },
    type: 'f32',
  }));
  const add = (left: number, right: number, operator: 'add' | 'sub' = 'add') =>
    instructions.push({ op: 'binary', operator, left, right, type: 'f32' }) - 1;
  let sum = 0;
  let half = 0;
  for (let i = 1; i < reads; i++) {
    sum = add(sum, i);
    if (i === reads >> 1) half = sum;
  }
  const difference = add(0, reads - 1, 'sub');
  if (reduces) {
    const total = instructions.push({ op: 'reduce', operator: 'sum', operand: sum, type: 'f32' });
    sum = add(sum, total - 1);
  }
  return {
    kind: 'loop',
    name: 'sums',
    axes: [rows, columns],
    reduces,
    buffers: Array.from({ length: reads + 3 }, (_, i) => ({
      dtype: 'f32',
      size,
      access: i < reads ? 'read' : 'write',
    })),
    instructions,
    stores: [sum, half, difference].map((value, i) => ({
      value,
      buffer: reads + i,
      offset: 0,
      strides,
    })),
  };
}

/** The three outputs; `inPlace` lets the outputs be the first inputs. */
function outputs(kernel: LoopKernel, loops: readonly LoopKernel[], inPlace: boolean): number[][] {
  const reads = kernel.buffers.filter(({ access }) => access === 'read').length;
  const inputs = Array.from({ length: reads }, (_, i) =>
    Array.from({ length: size }, (_, j) => i + j * (i % 3)),
  );
  const written = inPlace
    ? inputs.slice(0, 3)
    : [0, 1, 2].map(() => new Array<number>(size).fill(0));
  const scratch = loops[0]!.buffers.slice(reads + 3).map((buffer) => {
    return new Array<number>(buffer.size).fill(Number.NaN);
  });
  for (const loop of loops) interpret(loop, [...inputs, ...written, ...scratch]);
  return written;
}

describe.each([false, true])('with reductions: %s', (reduces) => {
  it.each([4, 5, 8])('at most %d buffers: the same results, in place too', (limit) => {
    const kernel = sums(9, reduces);
    const { loops } = fitBindings(kernel, limit);
    for (const { instructions, stores } of loops) {
      const used = new Set(stores.map(({ buffer }) => buffer));
      const needed = new Set(stores.map(({ value }) => value));
      for (const position of needed) {
        const instruction = instructions[position]!;
        if (instruction.op === 'load') used.add(instruction.access.buffer);
        if (instruction.op === 'binary') needed.add(instruction.left).add(instruction.right);
        if (instruction.op === 'reduce') needed.add(instruction.operand);
      }
      expect(used.size).toBeLessThanOrEqual(limit);
    }
    const want = outputs(kernel, [kernel], false);
    expect(outputs(kernel, loops, false)).toEqual(want);
    expect(outputs(kernel, loops, true)).toEqual(want);
  });

  it.skipIf(reduces)('stores at computed positions last', () => {
    const kernel = sums(9, reduces);
    const index = kernel.instructions.length;
    const place: Instruction = { op: 'index', offset: -1, strides: [1, 0], type: 'i32' };
    const scatter = { index, size: rows, stride: columns };
    const [scattered, ...rest] = kernel.stores;
    const moved = {
      ...kernel,
      instructions: [...kernel.instructions, place],
      stores: [{ ...scattered!, strides: [0, 1], scatter }, ...rest],
    };
    const { loops } = fitBindings(moved, 5);
    expect(loops.length).toBeGreaterThan(2);
    expect(outputs(moved, loops, false)).toEqual(outputs(moved, [moved], false));
  });

  it('leaves alone what fits', () => {
    const kernel = sums(9, reduces);
    expect(fitBindings(kernel, 12)).toEqual({ loops: [kernel], scratchBytes: [] });
  });
});

/** What is read is the same along a row, or known only after a sum: the parts to compute before are no elements. */
function rowValues(reads: number): LoopKernel {
  const instructions: Instruction[] = [];
  const add = (instruction: Instruction) => instructions.push(instruction) - 1;
  const binary = (operator: 'add' | 'mul', left: number, right: number) =>
    add({ op: 'binary', operator, left, right, type: 'f32' });
  const load = (buffer: number, strides: number[]) =>
    add({ op: 'load', access: { buffer, offset: 0, strides }, type: 'f32' });
  let scale = load(1, [1, 0]);
  for (let i = 2; i < reads >> 1; i++) scale = binary('add', scale, load(i, [1, 0]));
  const element = load(0, [columns, 1]);
  let total = add({ op: 'reduce', operator: 'sum', operand: element, type: 'f32' });
  for (let i = reads >> 1; i < reads; i++) total = binary('add', total, load(i, [1, 0]));
  const scaled = binary('mul', binary('add', element, total), scale);
  return {
    kind: 'loop',
    name: 'rows',
    axes: [rows, columns],
    reduces: true,
    buffers: Array.from({ length: reads + 3 }, (_, i) => ({
      dtype: 'f32',
      size,
      access: i < reads ? 'read' : 'write',
    })),
    instructions,
    stores: [scaled, binary('mul', scaled, scaled), binary('add', scaled, element)].map(
      (value, i) => ({ value, buffer: reads + i, offset: 0, strides: [columns, 1] }),
    ),
  };
}

it.each([4, 5, 8])('at most %d buffers, of values of whole rows', (limit) => {
  const kernel = rowValues(11);
  const { loops } = fitBindings(kernel, limit);
  expect(outputs(kernel, loops, false)).toEqual(outputs(kernel, [kernel], false));
});

it('says so where nothing helps', () => {
  expect(() => fitBindings(sums(3, false), 2)).toThrow(/reads 3 buffers, but maxStorage.* is 2/);
});
