import { type FunctionBuilder, f32x4, type Local } from '../../wasm/index.ts';

/** `c₀ + c₁·x + c₂·x² + …` by Horner's rule on four f32 lanes; coefficients from the constant upwards. */
export function polynomial(
  f: FunctionBuilder,
  x: Local<'v128'>,
  coefficients: readonly number[],
): Local<'v128'> {
  const sum = f.let(f32x4.splat(coefficients.at(-1)!));
  for (let i = coefficients.length - 2; i >= 0; i--) {
    f.set(sum, f.multiplyAdd(sum, x, f32x4.splat(coefficients[i]!)));
  }
  return sum;
}
