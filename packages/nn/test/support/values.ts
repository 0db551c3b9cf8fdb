import type { Tensor } from '@llm/tensor';
import { evaluate } from '@llm/tensor/reference';
import { expect } from 'vitest';

/** Values by the oracle. */
export function valuesOf(value: Tensor): Float64Array {
  return evaluate([value.node])[0]!;
}

/** A value and what it should be. */
export interface Comparison {
  readonly label: string;
  readonly got: Tensor;
  readonly want: Tensor;
  /** Share of the largest wanted value (or of 1) that the two may differ by. */
  readonly tolerance: number;
}

/** Expects shapes to be equal and values close; everything is evaluated once, as one graph. */
export function expectAllClose(comparisons: readonly Comparison[]): void {
  const values = evaluate(comparisons.flatMap(({ got, want }) => [got.node, want.node]));
  comparisons.forEach(({ label, got, want, tolerance }, index) => {
    expect(got.shape, `${label}: shape`).toEqual(want.shape);
    const [a, b] = [values[2 * index]!, values[2 * index + 1]!];
    const scale = Math.max(1, ...b.map(Math.abs));
    let worst = 0;
    a.forEach((value, i) => {
      const error = Math.abs(value - b[i]!) / scale;
      if (!(error <= worst)) worst = error; // NaN is kept
    });
    expect(worst, `${label}: largest error`).toBeLessThanOrEqual(tolerance);
  });
}

/** Expects one tensor to be close to another. */
export function expectClose(got: Tensor, want: Tensor, label: string, tolerance = 2e-6): void {
  expectAllClose([{ label, got, want, tolerance }]);
}
