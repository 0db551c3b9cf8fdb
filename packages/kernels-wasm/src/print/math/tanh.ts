import { type FunctionBuilder, f32x4, type Local, type V128, v128 } from '../../wasm/index.ts';
import { exp } from './exp.ts';
import { polynomial } from './polynomial.ts';

/**
 * Hyperbolic tangent on four lanes, within 2 ulp: an odd polynomial up to |x| = 0.625 (Cephes,
 * `tanhf`), beyond it 1 − 2 / (e²ˣ + 1).
 */
export function tanh(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const magnitude = f.let(f32x4.abs(x));
  const s = f.let(f32x4.mul(x, x));
  const tail = polynomial(
    f,
    s,
    [-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3],
  );
  const small = f.let(f.multiplyAdd(f32x4.mul(tail, s), x, x));
  const power = exp(f, f32x4.add(magnitude, magnitude));
  const one = f32x4.splat(1);
  const large = f.let(f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one))));
  f.set(large, v128.or(large, v128.and(x, f32x4.splat(-0))));
  // A NaN is not above the limit, so it takes the polynomial, which keeps it.
  const result = v128.bitselect(large, small, f32x4.gt(magnitude, f32x4.splat(0.625)));
  return f.let(result);
}
