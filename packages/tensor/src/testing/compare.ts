import type { DType } from '../dtype.ts';

/** Distance from 1 to the next number of a float dtype; 0 for the exact ones. */
const epsilons: Record<DType, number> = {
  f32: 2 ** -23,
  f16: 2 ** -10,
  bf16: 2 ** -7,
  i32: 0,
  u32: 0,
  u8: 0,
  i8: 0,
  bool: 0,
};

/** How close a result must be. */
export interface Tolerance {
  /** Number of terms that add up to one element. */
  readonly terms?: number;
  /** The dtypes the values went through; the coarsest counts. */
  readonly dtypes: readonly DType[];
  /** Size of the terms where they may cancel; by default that of the largest result. */
  readonly termSize?: number;
  /** Nothing but equality will do. */
  readonly exact?: boolean;
  /** Judge each element by its own size, not by the largest of the tensor. */
  readonly relative?: boolean;
}

/**
 * Throws unless |got − want| ≤ 8 · ε · √K · Σ|terms| everywhere. The sum of the magnitudes of the terms is
 * estimated by the largest magnitude of the tensor, since all elements of a case are made of terms of one
 * size; NaN and infinities must be equal. Zeros of either sign are equal.
 */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: Tolerance,
): void {
  if (got.length !== want.length) {
    throw new Error(`${what}: got ${got.length} elements, want ${want.length}`);
  }
  const { terms = 1, termSize = 0, dtypes, exact = false, relative = false } = tolerance;
  const epsilon = exact ? 0 : Math.max(...dtypes.map((dtype) => epsilons[dtype]));
  let largest = termSize;
  for (let i = 0; i < want.length; i++) {
    if (Number.isFinite(want[i])) largest = Math.max(largest, Math.abs(want[i]!));
  }
  for (let i = 0; i < want.length; i++) {
    const size = relative ? Math.abs(want[i]!) : largest;
    const allowed = 8 * epsilon * Math.sqrt(terms) * size;
    const close = Number.isFinite(want[i])
      ? Math.abs(got[i]! - want[i]!) <= allowed
      : Object.is(got[i], want[i]);
    if (!close) {
      throw new Error(
        `${what}: element ${i} is ${got[i]}, want ${want[i]} within ${allowed.toExponential(1)}`,
      );
    }
  }
}
