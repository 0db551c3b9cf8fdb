import {
  type FunctionBuilder,
  f32x4,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../../wasm/index.ts';
import { polynomial } from './polynomial.ts';

/**
 * Natural logarithm on four lanes, within 1 ulp (2 without fused multiply-add): −∞ at ±0, NaN below 0.
 *
 * x = m·2ᵉ with m in [2/3, 4/3); log x = e·ln 2 + log1p(m − 1). Coefficients of N. Juffa's `my_logf`.
 */
export function log(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const subnormal = f.let(f32x4.lt(x, f32x4.splat(1.1754943508e-38)));
  const scaled = f.let(v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal));
  const exponent = f.let(
    v128.and(i32x4.sub(scaled, f32x4.splat(0.666666667)), i32x4.splat(0xff800000 | 0)),
  );
  const m = f.let(f32x4.sub(i32x4.sub(scaled, exponent), f32x4.splat(1)));
  const e = f.let(f32x4.mul(f32x4.convertI32x4S(exponent), f32x4.splat(2 ** -23)));
  f.set(e, f32x4.add(e, v128.and(f32x4.splat(-23), subnormal)));
  const s = f.let(f32x4.mul(m, m));
  const even = polynomial(f, s, [-0.2499962, -0.166846126, -0.121483512, -0.130310059]);
  const odd = polynomial(f, s, [0.200120345, 0.139814854, 0.140869141]);
  const r = f.let(f.multiplyAdd(odd, m, even));
  f.set(r, f.multiplyAdd(r, m, f32x4.splat(0.333331972)));
  f.set(r, f.multiplyAdd(r, m, f32x4.splat(-0.5)));
  f.set(r, f.multiplyAdd(r, s, m));
  f.set(r, f.multiplyAdd(e, f32x4.splat(Math.LN2), r));
  // Not positive and finite: x + x keeps +∞ and NaN; 0 gives −∞; below 0 gives NaN.
  const special = f.let(f32x4.add(x, x));
  const zero = f32x4.splat(0);
  f.set(special, v128.bitselect(f32x4.splat(Number.NaN), special, f32x4.lt(x, zero)));
  f.set(special, v128.bitselect(f32x4.splat(-Infinity), special, f32x4.eq(x, zero)));
  const ordinary = v128.and(f32x4.gt(x, zero), f32x4.lt(x, f32x4.splat(Infinity)));
  f.set(r, v128.bitselect(r, special, ordinary));
  return r;
}
