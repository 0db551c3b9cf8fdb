import { expect } from 'vitest';
import {
  type AttentionCase,
  kernelOf,
  reference,
  scoreErrorOf,
  valuesOf,
} from '../../../tensor/test/support/attention-problem.ts';
import type { KernelPlan } from '../../src/kernel.ts';
import { hasRelaxedSimd, type Target } from '../../src/wasm/index.ts';
import { runPlan } from '../run-plan.ts';

/** What kernels of attention are made for. */
export const targets: readonly Target[] = [
  { sharedMemory: false, relaxedSimd: false },
  { sharedMemory: true, relaxedSimd: hasRelaxedSimd() },
];

/** Plans a case's forward pass, runs it, and compares both outputs with the definition. */
export function checkAttention(
  x: AttentionCase,
  plan: (kernel: ReturnType<typeof kernelOf>, target: Target, name: string) => KernelPlan,
  target: Target,
): void {
  const values = valuesOf(x);
  const want = reference(x, values);
  const buffers = [
    ...[values.q, values.k, values.v],
    ...(x.mask ? [values.mask] : []),
    ...(x.position === undefined ? [] : [Int32Array.of(x.position)]),
    new Float32Array(want.out.length).fill(Number.NaN),
    new Float32Array(want.logSumExp.length).fill(Number.NaN),
  ];
  const after = runPlan(plan(kernelOf(x, 'attention'), target, 'attention'), buffers, target);
  const out = new Float32Array(after.at(-2)!);
  const logSumExp = new Float32Array(after.at(-1)!);
  const scoreError = scoreErrorOf(x);
  want.out.forEach((value, index) => {
    expect(Math.abs(out[index]! - value)).toBeLessThanOrEqual(2 * scoreError);
  });
  want.logSumExp.forEach((value, index) => {
    expect(Math.abs(logSumExp[index]! - value)).toBeLessThanOrEqual(
      scoreError + 1e-6 * Math.abs(value),
    );
  });
}
