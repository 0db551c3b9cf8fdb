import type { DType, Instruction, LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/print/analysis.ts';
import { printLoop } from '../../src/print/print-loop.ts';
import { isSpoiledAnyway } from '../../src/print/spoiled-row.ts';
import { runPlan } from './run.ts';

const softmax: readonly Instruction[] = [
  { op: 'load', access: { buffer: 0, offset: 0, strides: [40, 1] }, type: 'f32' },
  { op: 'reduce', operator: 'max', operand: 0, type: 'f32' },
  { op: 'binary', operator: 'sub', left: 0, right: 1, type: 'f32' },
  { op: 'unary', operator: 'exp', operand: 2, type: 'f32' },
  { op: 'reduce', operator: 'sum', operand: 3, type: 'f32' },
  { op: 'binary', operator: 'div', left: 3, right: 4, type: 'f32' },
  { op: 'binary', operator: 'maximum', left: 5, right: 3, type: 'f32' },
];

/** Two rows of 40, storing one of the values. */
function kernel(value: number, dtype: DType = 'f32'): LoopKernel {
  return {
    kind: 'loop',
    name: 'softmax',
    reduces: true,
    axes: [2, 40],
    buffers: [
      { dtype: 'f32', size: 80, access: 'read' },
      { dtype, size: 80, access: 'write' },
    ],
    instructions: softmax,
    stores: [{ value, buffer: 1, offset: 0, strides: [40, 1] }],
  };
}

const passesOver = (loop: LoopKernel) => isSpoiledAnyway(loop, analyze(loop), 1);

function run(loop: LoopKernel, values: Float32Array): Float32Array {
  const plan = printLoop(loop, { sharedMemory: false, relaxedSimd: false }, 'softmax');
  const [, output] = runPlan(plan, [new Uint8Array(values.slice().buffer), new Uint8Array(320)]);
  return new Float32Array(output!.buffer as ArrayBuffer);
}

describe('a maximum that may pass over NaN', () => {
  it('is one whose row a sum spoils in all outputs', () => {
    expect(passesOver(kernel(5))).toBe(true);
  });
  it('is none whose exponentials are stored, nor one whose output is chosen from', () => {
    expect(passesOver(kernel(3))).toBe(false);
    expect(passesOver(kernel(6))).toBe(false);
    expect(passesOver(kernel(5, 'i32'))).toBe(false);
  });
  it.each([3, 5, 6])('leaves instruction %s NaN in its row, and in no other', (value) => {
    for (const at of [0, 17, 39]) {
      const values = Float32Array.from({ length: 80 }, (_, i) => Math.sin(i));
      values[at] = Number.NaN;
      const got = run(kernel(value), values);
      expect(got.subarray(0, 40).every(Number.isNaN)).toBe(true);
      expect(got.subarray(40).some(Number.isNaN)).toBe(false);
    }
  });
});
