import {
  type F64,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../../wasm/index.ts';
import type { Library } from '../library.ts';

/**
 * `xʸ` on four lanes, correctly rounded but for rare ties (relative error before the rounding below
 * 2⁻⁴⁰), with the special cases of C's `pow`. Computed in double precision: 2^(y·log₂|x|).
 */
export function pow(f: FunctionBuilder, library: Library, base: V128, exponent: V128): V128 {
  return f.callValue(powFunction(library), base, exponent);
}

function powFunction(library: Library) {
  return library.function('pow', { x: 'v128', y: 'v128' }, 'v128', (f, { x, y }) => {
    const half = f.locals('v128', 2);
    const magnitude = f.let(f32x4.abs(x));
    for (const part of [0, 1] as const) {
      const pick = (value: V128) =>
        f64x2.promoteLowF32x4(part ? f32x4.shuffle(value, value, [2, 3, 2, 3]) : value);
      const product = f64x2.mul(log2(f, pick(magnitude)), pick(y));
      f.set(half[part]!, f32x4.demoteF64x2Zero(exp2(f, product)));
    }
    const value = f.let(f32x4.shuffle(half[0]!, half[1]!, [0, 1, 4, 5]));
    const zero = f32x4.splat(0);
    const one = f32x4.splat(1);
    // A negative base: odd exponents give the sign, fractions give NaN; |y| ≥ 2²⁴ is even.
    const isWhole = f32x4.eq(f32x4.trunc(y), y);
    const halfOfY = f.let(f32x4.mul(y, f32x4.splat(0.5)));
    const isEven = f32x4.eq(f32x4.trunc(halfOfY), halfOfY);
    const isOdd = f.let(v128.andnot(isWhole, isEven));
    const signed = v128.and(isOdd, v128.and(x, f32x4.splat(-0)));
    f.set(value, v128.or(value, signed));
    const negative = v128.and(f32x4.lt(x, zero), f32x4.gt(x, f32x4.splat(-Infinity)));
    f.set(value, v128.bitselect(f32x4.splat(Number.NaN), value, v128.andnot(negative, isWhole)));
    // (±1)^±∞ = 1, and x⁰ = 1^y = 1 even for NaN.
    const infinite = f32x4.eq(f32x4.abs(y), f32x4.splat(Infinity));
    const unit = f32x4.eq(magnitude, one);
    const isNan = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
    f.set(value, v128.bitselect(f32x4.splat(Number.NaN), value, isNan));
    f.set(value, v128.bitselect(one, value, v128.and(infinite, unit)));
    const always = v128.or(f32x4.eq(y, zero), f32x4.eq(x, one));
    return v128.bitselect(one, value, always);
  });
}

/** log₂ of two non-negative doubles that came from f32: never subnormal. −∞ at 0, +∞ at +∞. */
function log2(f: FunctionBuilder, input: V128): V128 {
  const x = f.let(input);
  // High words of the two doubles hold sign, exponent and the first 20 bits of the mantissa.
  const high = f.let(f32x4.shuffle(x, x, [1, 3, 1, 3]));
  const exponent = f.let(i32x4.shrS(i32x4.sub(high, i32x4.splat(0x3fe6a09e)), 20));
  const shift = f.let(i32x4.shl(exponent, 20));
  const zero = i32x4.splat(0);
  // m = x / 2^exponent in [√½, √2)
  const m = f.let(i32x4.sub(x, f32x4.shuffle(zero, shift, [0, 4, 1, 5])));
  const one = f64x2.splat(1);
  const s = f.let(f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)));
  const square = f.let(f64x2.mul(s, s));
  // 2·artanh(s) / ln 2 = Σ 2 / ((2k+1) ln 2) · s^(2k+1); |s| < 0.1716
  const sum = f.let(f64x2.splat(0));
  for (let k = 9; k >= 0; k--) {
    const coefficient = f64x2.splat(2 / ((2 * k + 1) * Math.LN2));
    f.set(sum, f64x2.add(f64x2.mul(sum, square), coefficient));
  }
  const whole = f64x2.convertLowI32x4S(exponent);
  const value = f.let(f64x2.add(whole, f64x2.mul(sum, s)));
  f.set(value, v128.bitselect(f64x2.splat(-Infinity), value, f64x2.eq(x, f64x2.splat(0))));
  return v128.bitselect(x, value, f64x2.eq(x, f64x2.splat(Infinity)));
}

/** 2ˣ of two doubles; beyond what f32 can hold it gives a double that rounds to 0 or infinity. */
function exp2(f: FunctionBuilder, input: V128): V128 {
  const bounded = f64x2.pmax(f64x2.pmin(input, f64x2.splat(300)), f64x2.splat(-300));
  const x = f.let(bounded);
  const n = f.let(f64x2.nearest(x));
  const t = f.let(f64x2.mul(f64x2.sub(x, n), f64x2.splat(Math.LN2)));
  // eᵗ on |t| ≤ ln 2 / 2 by its Taylor series: the 13th term is below 2⁻⁵⁰.
  const sum = f.let(f64x2.splat(1 / 479001600));
  let factorial = 479001600;
  for (let k = 12; k >= 1; k--) {
    factorial /= k;
    f.set(sum, f64x2.add(f64x2.mul(sum, t), f64x2.splat(1 / factorial)));
  }
  const bits = f.let(i32x4.shl(i32x4.add(i32x4.truncSatF64x2SZero(n), i32x4.splat(1023)), 20));
  const power = f32x4.shuffle(i32x4.splat(0), bits, [0, 4, 1, 5]);
  return f64x2.mul(sum, power);
}

/**
 * `x − y·floor(x / y)` on four lanes, exact: the sign of the divisor, as in Python. x mod ±∞ is x (or
 * ±∞ where the signs differ), as in Python; modulo 0 it is NaN.
 */
export function modulo(f: FunctionBuilder, library: Library, left: V128, right: V128): V128 {
  const scalar = scalarModulo(library);
  const a = f.let(left);
  const b = f.let(right);
  const result = f.let(f32x4.splat(0));
  for (const lane of [0, 1, 2, 3]) {
    const value = f.callValue(scalar, f32x4.extractLane(a, lane), f32x4.extractLane(b, lane));
    f.set(result, f32x4.replaceLane(result, lane, value));
  }
  return result;
}

function scalarModulo(library: Library) {
  return library.function('modulo', { a: 'f32', b: 'f32' }, 'f32', (f, { a, b }) => {
    const invalid = i32.or(
      i32.eqz(f32.lt(f32.abs(a), Infinity)),
      i32.or(f32.eq(b, 0), f32.ne(b, b)),
    );
    f.if(invalid, () => f.return(f32.const(Number.NaN)));
    f.if(f32.eq(f32.abs(b), Infinity), () => {
      const same = i32.or(f32.eq(a, 0), i32.eq(f32.lt(a, 0), f32.lt(b, 0)));
      f.return(f32.select(same, a, b));
    });
    const rest = f.let(f64.promoteF32(f32.abs(a)));
    const divisor = f.let(f64.promoteF32(f32.abs(b)));
    const step = f.local('f64');
    const power = (x: F64) => f64.mul(x, 2 ** 26);
    // While the quotient needs more than 26 bits, take away a multiple of divisor·2^(26k): exact, as
    // 24 bits of divisor and 26 of quotient fit into a double.
    f.while(f64.ge(rest, divisor), () => {
      f.set(step, divisor);
      f.while(f64.ge(rest, power(step)), () => f.set(step, power(step)));
      const taken = f64.mul(f64.trunc(f64.div(rest, step)), step);
      f.set(rest, f64.sub(rest, taken));
      // The division may have rounded up to the next integer.
      f.if(f64.lt(rest, 0), () => f.set(rest, f64.add(rest, step)));
    });
    const remainder = f.let(f32.copysign(f32.demoteF64(rest), a));
    const crosses = i32.and(f32.ne(remainder, 0), i32.ne(f32.lt(remainder, 0), f32.lt(b, 0)));
    f.if(crosses, () => f.set(remainder, f32.add(remainder, b)));
    return remainder as Local<'f32'>;
  });
}
