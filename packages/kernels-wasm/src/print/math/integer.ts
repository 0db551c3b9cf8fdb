import {
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../../wasm/index.ts';
import type { Library } from '../library.ts';

/**
 * Four integer quotients, rounded down; 0 where the divisor is 0. Through doubles, which is exact: a
 * quotient of 32-bit integers that is no integer is at least 2⁻³² of itself away from one.
 */
export function divide(
  f: FunctionBuilder,
  left: V128,
  right: V128,
  signed: boolean,
): Local<'v128'> {
  const a = f.let(left);
  const b = f.let(right);
  const toDouble = signed ? f64x2.convertLowI32x4S : f64x2.convertLowI32x4U;
  const toInteger = signed ? i32x4.truncSatF64x2SZero : i32x4.truncSatF64x2UZero;
  const upper = (value: V128) => f32x4.shuffle(value, value, [2, 3, 2, 3]);
  const quotient = (x: V128, y: V128) =>
    f.let(toInteger(f64x2.floor(f64x2.div(toDouble(x), toDouble(y)))));
  const low = quotient(a, b);
  const high = quotient(upper(a), upper(b));
  const all = f32x4.shuffle(low, high, [0, 1, 4, 5]);
  return f.let(v128.andnot(all, i32x4.eq(b, i32x4.splat(0))));
}

/** `left − right·floor(left / right)`, the sign of the divisor; 0 where the divisor is 0. */
export function integerModulo(
  f: FunctionBuilder,
  left: V128,
  right: V128,
  signed: boolean,
): Local<'v128'> {
  const a = f.let(left);
  const b = f.let(right);
  const rest = i32x4.sub(a, i32x4.mul(b, divide(f, a, b, signed)));
  // Divisor −1 apart: −2³¹ / −1 is not an i32, and the rest is 0 anyway.
  const zero = v128.or(i32x4.eq(b, i32x4.splat(0)), i32x4.eq(b, i32x4.splat(signed ? -1 : 0)));
  return f.let(v128.andnot(rest, zero));
}

/**
 * Integer power modulo 2³² by squaring, lane by lane. A negative exponent gives the reciprocal rounded
 * towards zero: ±1 for a base of ±1, else 0.
 */
export function integerPower(
  f: FunctionBuilder,
  library: Library,
  left: V128,
  right: V128,
  signed: boolean,
): Local<'v128'> {
  const power = library.function(
    signed ? 'powerS' : 'powerU',
    { base: 'i32', exponent: 'i32' },
    'i32',
    (g, { base, exponent }) => {
      if (signed) {
        g.if(i32.ltS(exponent, 0), () => {
          g.if(i32.eq(base, 1), () => g.return(i32.const(1)));
          g.if(i32.ne(base, -1), () => g.return(i32.const(0)));
          g.return(i32.select(i32.and(exponent, 1), -1, 1));
        });
      }
      const result = g.let(i32.const(1));
      g.while(exponent, () => {
        g.if(i32.and(exponent, 1), () => g.set(result, i32.mul(result, base)));
        g.set(base, i32.mul(base, base));
        g.set(exponent, i32.shrU(exponent, 1));
      });
      return result;
    },
  );
  return eachLane(f, left, right, (a, b) => f.callValue(power, a, b));
}

/** Shifts by a count per lane (WebAssembly has only one count for all), modulo 32. */
export function shift(
  f: FunctionBuilder,
  left: V128,
  right: V128,
  direction: 'shl' | 'shrS' | 'shrU',
): Local<'v128'> {
  return eachLane(f, left, right, (a, b) => i32[direction](a, b));
}

function eachLane(
  f: FunctionBuilder,
  left: V128,
  right: V128,
  combine: (
    a: ReturnType<typeof i32.const>,
    b: ReturnType<typeof i32.const>,
  ) => ReturnType<typeof i32.const>,
): Local<'v128'> {
  const a = f.let(left);
  const b = f.let(right);
  const result = f.let(i32x4.splat(0));
  for (const lane of [0, 1, 2, 3]) {
    const value = combine(i32x4.extractLane(a, lane), i32x4.extractLane(b, lane));
    f.set(result, i32x4.replaceLane(result, lane, value));
  }
  return result;
}
