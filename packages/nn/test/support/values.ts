import { realize, type Tensor } from '@llm/nn';
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

/** Expects shapes to be equal and values, by the oracle, close; everything is evaluated once, as one graph. */
export function expectAllClose(comparisons: readonly Comparison[]): void {
  const values = evaluate(comparisons.flatMap(({ got, want }) => [got.node, want.node]));
  comparisons.forEach(({ label, got, want, tolerance }, index) => {
    expect(got.shape, `${label}: shape`).toEqual(want.shape);
    expectNear(label, values[2 * index]!, values[2 * index + 1]!, tolerance);
  });
}

/** As `expectAllClose`, with what the default device computes, all in one plan. */
export async function expectAllCloseOnDevice(comparisons: readonly Comparison[]): Promise<void> {
  await realize(comparisons.map(({ got }) => got));
  for (const { label, got, want, tolerance } of comparisons) {
    expectNear(`${label} on the device`, await got.data(), await want.data(), tolerance);
  }
}

function expectNear(
  label: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
): void {
  const wanted = Array.from(want);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  let worst = 0;
  wanted.forEach((value, i) => {
    const error = Math.abs(got[i]! - value) / scale;
    if (!(error <= worst)) worst = error; // NaN is kept
  });
  expect(worst, `${label}: largest error`).toBeLessThanOrEqual(tolerance);
}

/** Expects one tensor to be close to another. */
export function expectClose(got: Tensor, want: Tensor, label: string, tolerance = 2e-6): void {
  expectAllClose([{ label, got, want, tolerance }]);
}
