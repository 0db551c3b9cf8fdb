import { type FunctionBuilder, f32x4, type Local, type V128 } from '../../wasm/index.ts';
import { polynomial } from './polynomial.ts';

/**
 * Hyperbolic tangent on four lanes, within 4 ulp (6 without fused multiply-add): x·P(x²)/Q(x²) up to where tanh is ±1 in f32. One
 * division and no exponential: GELU must keep up with memory. Coefficients of Eigen's `ptanh_float`.
 */
export function tanh(f: FunctionBuilder, input: V128): Local<'v128'> {
  const limit = f.relaxedSimd ? 7.998811721801758 : 7.905311107635498;
  // `pmin(x, c)` is `c < x ? c : x`: one instruction, and a NaN in x stays.
  const x = f.let(f32x4.pmax(f32x4.pmin(input, f32x4.splat(limit)), f32x4.splat(-limit)));
  const square = f.let(f32x4.mul(x, x));
  const numerator = polynomial(
    f,
    square,
    [
      4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8,
      -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
    ],
  );
  const denominator = polynomial(
    f,
    square,
    [4.8935251855438e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6],
  );
  // The quotient first: x·P could be subnormal and lose its digits.
  return f.let(f32x4.mul(x, f32x4.div(numerator, denominator)));
}
