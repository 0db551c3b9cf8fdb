import type { Tensor } from '@llm/tensor';
import { evaluate } from '@llm/tensor/reference';
import { expect } from 'vitest';

/** Values by the oracle. */
export function valuesOf(value: Tensor): Float64Array {
  return evaluate([value.node])[0]!;
}

/**
 * Expects tensors of one shape and values within `tolerance` of the largest value: the fixtures were computed
 * in f64 and the oracle rounds to f32 after each operation.
 */
export function expectClose(got: Tensor, want: Tensor, label: string, tolerance = 2e-6): void {
  expect(got.shape, `${label}: shape`).toEqual(want.shape);
  const [a, b] = evaluate([got.node, want.node]) as [Float64Array, Float64Array];
  const scale = Math.max(1, ...b.map(Math.abs));
  let worst = 0;
  a.forEach((value, i) => {
    const error = Math.abs(value - b[i]!) / scale;
    if (!(error <= worst)) worst = error; // NaN is kept
  });
  expect(worst, `${label}: largest error`).toBeLessThanOrEqual(tolerance);
}
