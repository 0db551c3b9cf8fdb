import { type FunctionBuilder, f32x4, type Local, type V128 } from '../../wasm/index.ts';
import { polynomial } from './polynomial.ts';

/**
 * The error function on four lanes, within 5 ulp (6 without fused multiply-add): x·P(x²)/Q(x²) on |x| ≤ 4, beyond which erf is ±1 in
 * f32. One division and no exponential: GELU must keep up with memory. Coefficients of Eigen's
 * `generic_fast_erf_float`.
 */
export function erf(f: FunctionBuilder, input: V128): Local<'v128'> {
  // `pmin(x, c)` is `c < x ? c : x`: one instruction, and a NaN in x stays.
  const x = f.let(f32x4.pmax(f32x4.pmin(input, f32x4.splat(4)), f32x4.splat(-4)));
  const square = f.let(f32x4.mul(x, x));
  const numerator = polynomial(
    f,
    square,
    [
      -1.60960333262415e-2, -2.95459980854025e-3, -7.34990630326855e-4, -5.69250639462346e-5,
      -2.10102402082508e-6, 2.77068142495902e-8, -2.72614225801306e-10,
    ],
  );
  const denominator = polynomial(
    f,
    square,
    [
      -1.42647390514189e-2, -7.37332916720468e-3, -1.68282697438203e-3, -2.13374055278905e-4,
      -1.45660718464996e-5,
    ],
  );
  // The quotient first: x·P could be subnormal and lose its digits.
  return f.let(f32x4.mul(x, f32x4.div(numerator, denominator)));
}
