import type { Tensor } from '@llm/nn';
import { expect } from 'vitest';

/** The largest difference, as a share of the largest value wanted where that is above `floor`. */
export async function difference(got: Tensor, want: Tensor, floor = 1): Promise<number> {
  expect(got.shape).toEqual(want.shape);
  const [a, b] = [await got.data(), await want.data()];
  let [scale, worst] = [floor, 0];
  for (let i = 0; i < b.length; i++) {
    scale = Math.max(scale, Math.abs(b[i]!));
    const error = Math.abs(a[i]! - b[i]!);
    if (!(error <= worst)) worst = error; // NaN is kept
  }
  return worst / scale;
}
