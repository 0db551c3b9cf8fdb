import { type FunctionBuilder, f32x4, i32x4, type Local, type V128 } from '../../wasm/index.ts';
import { polynomial } from './polynomial.ts';

/**
 * `eˣ` on four lanes, within 1 ulp (2 without fused multiply-add), subnormal results and overflow included.
 *
 * x = n·ln 2 + r with |r| ≤ ln 2 / 2; a polynomial for eʳ; then two multiplications by powers of two,
 * because 2ⁿ alone may not be representable where the result is.
 */
export function exp(f: FunctionBuilder, input: V128): Local<'v128'> {
  // `pmin(x, c)` is `c < x ? c : x`: one instruction, and a NaN in x stays.
  const x = f.let(f32x4.pmax(f32x4.pmin(input, f32x4.splat(89)), f32x4.splat(-104)));
  // Adding 1.5·2²³ rounds to an integer, which is then also the low bits of the sum.
  const magic = 12582912;
  const shifted = f.let(f.multiplyAdd(x, f32x4.splat(Math.LOG2E), f32x4.splat(magic)));
  const n = f.let(f32x4.sub(shifted, f32x4.splat(magic)));
  const value = polynomial(f, reduce(f, n, x), expSeries);
  // n + 254 as two biased exponents.
  const exponents = f.let(i32x4.sub(shifted, i32x4.splat(0x4b400000 - 254)));
  const half = f.let(i32x4.shrU(exponents, 1));
  f.set(value, f32x4.mul(value, i32x4.shl(half, 23)));
  f.set(value, f32x4.mul(value, i32x4.shl(i32x4.sub(exponents, half), 23)));
  return value;
}

/**
 * `eˣ` where no lane is above 0, as after the maximum has been subtracted; NaN stays. A third cheaper than `exp`: the
 * result can be small but not large, so one power of two does, and weights that are added up need no more than a
 * polynomial of degree 5. Within 3 ulp above −20, within 6 ulp where the result is normal in f32, and 0 from −88 on:
 * subnormal weights are lost.
 */
export function expOfNonPositive(f: FunctionBuilder, input: V128): Local<'v128'> {
  // Of −88 the exponent is −127, whose biased form is that of 0.
  const x = f.let(f32x4.pmax(input, f32x4.splat(-88)));
  // The low bits of the sum are n + 127: the biased exponent of 2ⁿ.
  const magic = 12582912 + 127;
  const shifted = f.let(f.multiplyAdd(x, f32x4.splat(Math.LOG2E), f32x4.splat(magic)));
  const n = f.let(f32x4.sub(shifted, f32x4.splat(magic)));
  const r = f.relaxedSimd
    ? f.let(f.negativeMultiplyAdd(n, f32x4.splat(Math.LN2), x))
    : reduce(f, n, x);
  return f.let(f32x4.mul(polynomial(f, r, shortExpSeries), i32x4.shl(shifted, 23)));
}

/** x − n·ln 2, with ln 2 in two parts, the first short enough that n times it is exact. */
function reduce(f: FunctionBuilder, n: V128, x: V128): Local<'v128'> {
  const r = f.let(f.negativeMultiplyAdd(n, f32x4.splat(0.693359375), x));
  f.set(r, f.negativeMultiplyAdd(n, f32x4.splat(-2.1219444e-4), r));
  return r;
}

/** eʳ on |r| ≤ ln 2 / 2 within 0.03 ulp before rounding: a minimax fit that starts with 1 + r exactly. */
const expSeries = [
  1, 1, 4.999999345e-1, 1.666652063e-1, 4.166838805e-2, 8.368716884e-3, 1.381459858e-3,
];

/** eʳ on |r| ≤ ln 2 / 2 within 1.8 ulp before rounding: the same with one term less. */
const shortExpSeries = [1, 1, 0.4999923031, 0.1666711539, 0.04189033152, 0.008312501255];
