import { type FunctionBuilder, f32x4, type Local, type V128, v128 } from '../../wasm/index.ts';
import { exp } from './exp.ts';
import { polynomial } from './polynomial.ts';

/**
 * The error function on four lanes, within 2 ulp (3 without fused multiply-add): an odd polynomial up
 * to |x| = 0.927734375, beyond it 1 − e^p(|x|). Coefficients of N. Juffa's `my_erff`.
 */
export function erf(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const t = f.let(f32x4.abs(x));
  const s = f.let(f32x4.mul(x, x));
  const tail = polynomial(
    f,
    s,
    [1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4],
  );
  const small = f.let(f.multiplyAdd(tail, x, x));
  // Beyond 10 the exponential is 0 in f32 anyway; the bound keeps the polynomial from turning upwards.
  const bounded = f.let(f32x4.pmin(t, f32x4.splat(10)));
  const p = polynomial(
    f,
    bounded,
    [
      -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4,
      -1.7285347e-5,
    ],
  );
  const power = exp(f, f.multiplyAdd(p, bounded, f32x4.neg(bounded)));
  const large = f.let(f32x4.sub(f32x4.splat(1), power));
  f.set(large, v128.or(large, v128.and(x, f32x4.splat(-0))));
  return f.let(v128.bitselect(large, small, f32x4.gt(t, f32x4.splat(0.927734375))));
}
