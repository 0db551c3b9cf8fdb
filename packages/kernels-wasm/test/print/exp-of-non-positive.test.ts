import type { LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { printKernel } from '../../src/print/print.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';
import { runPlan } from '../run-plan.ts';

/** e^(x − max x) over one row. */
function kernel(size: number): LoopKernel {
  return {
    kind: 'loop',
    name: 'weights',
    reduces: true,
    axes: [1, size],
    buffers: [
      { dtype: 'f32', size, access: 'read' },
      { dtype: 'f32', size, access: 'write' },
    ],
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [0, 1] }, type: 'f32' },
      { op: 'reduce', operator: 'max', operand: 0, type: 'f32' },
      { op: 'binary', operator: 'sub', left: 0, right: 1, type: 'f32' },
      { op: 'unary', operator: 'exp', operand: 2, type: 'f32' },
    ],
    stores: [{ value: 3, buffer: 1, offset: 0, strides: [0, 1] }],
  };
}

function weights(values: Float32Array, relaxedSimd: boolean): Float32Array {
  const target = { relaxedSimd, sharedMemory: false };
  const plan = printKernel(kernel(values.length), target, 'weights');
  return new Float32Array(runPlan(plan, [values, new Float32Array(values.length)], target)[1]!);
}

describe.each(hasRelaxedSimd() ? [true, false] : [false])('e^(x − max x), fused: %s', (fused) => {
  it('is within 3 ulp above −20, 6 ulp where the result is normal, and exact at 0', () => {
    const values = Float32Array.from({ length: 21_001 }, (_, i) => -i / 200);
    const got = weights(values, fused);
    expect(got[0]).toBe(1);
    values.forEach((x, i) => {
      const want = Math.exp(x);
      const ulp = 2 ** (Math.floor(Math.log2(want)) - 23);
      // A subnormal result may be 0 instead, and is from −88 on.
      const limit = want < 2 ** -126 ? want : (x > -20 ? 3 : 6) * ulp;
      const error = Math.abs(got[i]! - want);
      if (error > limit) expect.fail(`e^${x}: got ${got[i]}, want ${want}, ${error / ulp} ulp off`);
      if (x <= -88) expect(got[i]).toBe(0);
    });
  });
  it('is 0 far below, and NaN where the difference is', () => {
    expect([...weights(Float32Array.of(0, -3e38, -Infinity, -104.5), fused)]).toEqual([1, 0, 0, 0]);
    const spoiled = weights(Float32Array.of(1, Number.NaN, 2, 3), fused);
    expect([...spoiled].every(Number.isNaN)).toBe(true);
    const infinite = weights(Float32Array.of(1, Infinity, 2, 3), fused);
    expect([...infinite]).toEqual([0, Number.NaN, 0, 0]);
  });
});
