/** Powers and remainders of floats. */
import type { LibraryFunction } from '../shader.ts';
import { floatOf, isNan, opaque } from './bits.ts';
import { polynomial } from './exponential.ts';

/** The number without its last 12 bits: products of two such are exact. */
const upperBits: LibraryFunction = {
  name: 'upper_bits',
  code: /* wgsl */ `
fn upper_bits(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}`,
};

/** log₂ of a positive normal number as a sum of two floats, within 2⁻³⁰: e + 2/ln 2 · artanh((m - 1) / (m + 1)). */
const log2Parts: LibraryFunction = {
  name: 'log2_parts',
  uses: [upperBits, opaque],
  code: /* wgsl */ `
fn log2_parts(x: f32) -> vec2f {
  let subnormal = x < 1.1754943508222875e-38;
  let bits = bitcast<i32>(select(x, x * 16777216.0, subnormal));
  let exponent = (bits - 0x3f3504f3) & -8388608;
  let m = bitcast<f32>(bits - exponent); // in [√½, √2)
  let e = f32(exponent >> 23u) - select(0.0, 24.0, subnormal);
  let f = m - 1.0;
  let d = m + 1.0;
  let d_high = upper_bits(d);
  let d_low = m - opaque(d_high - 1.0);
  let s = f / d;
  let s_high = upper_bits(s);
  let s_low = ((f - s_high * d_high) - s_high * d_low) / d;
  let square = s * s;
  let series = square * ${polynomial('square', [0.9617966939259756, 0.5770780163555854, 0.412198583111132, 0.3205988979753249, 0.262308189252539])};
  // 2 / ln 2 in two parts.
  let high = s_high * 2.884765625;
  let low = s_low * 2.884765625 + (s * 6.244569e-4 + s * series);
  let sum = e + high;
  return vec2f(sum, (opaque(e - opaque(sum)) + high) + low);
}`,
};

/** xʸ within 8 ulp, with the special cases of C's pow: 2^(y·log₂|x|), the product in two parts. */
export const power: LibraryFunction = {
  name: 'power_f32',
  uses: [log2Parts, floatOf, isNan],
  code: /* wgsl */ `
fn power_f32(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (is_nan(x) || is_nan(y)) { return float_of(0x7fc00000u); }
  let magnitude = abs(x);
  let infinity = 0x7f800000u;
  let x_bits = bitcast<u32>(magnitude);
  let y_bits = bitcast<u32>(y) & 0x7fffffffu;
  // |y| ≥ 2²⁴ is even.
  let is_whole = trunc(y) == y;
  let is_odd = is_whole && y_bits < 0x4b800000u && (i32(clamp(y, -16777216.0, 16777216.0)) & 1) == 1;
  let sign = select(0u, bitcast<u32>(x) & 0x80000000u, is_odd);
  if (y_bits == infinity) {
    if (x_bits == 0x3f800000u) { return 1.0; }
    return float_of(select(0u, infinity, (magnitude > 1.0) == (y > 0.0)));
  }
  if (x_bits == 0u || x_bits == infinity) {
    return float_of(select(0u, infinity, (x_bits == infinity) == (y > 0.0)) | sign);
  }
  if (x < 0.0 && !is_whole) { return float_of(0x7fc00000u); }
  let logarithm = log2_parts(magnitude);
  let l_high = upper_bits(logarithm.x);
  let l_low = logarithm.y + (logarithm.x - l_high);
  let bounded = clamp(y, -1e9, 1e9); // beyond, the result overflows, underflows or is 1 anyway
  let y_high = upper_bits(bounded);
  let high = y_high * l_high;
  let low = (bounded - y_high) * l_high + bounded * l_low;
  let n = clamp(round(high + low), -160.0, 130.0);
  let r = clamp((high - n) + low, -1.0, 1.0) * 0.6931471805599453;
  let series = ${polynomial('r', [1, 1, 4.999999345e-1, 1.666652063e-1, 4.166838805e-2, 8.368716884e-3, 1.381459858e-3])};
  let k = i32(n);
  let half = k >> 1u;
  let scaled = series * bitcast<f32>((half + 127) << 23u) * bitcast<f32>((k - half + 127) << 23u);
  return bitcast<f32>(bitcast<u32>(scaled) | sign);
}`,
};

/**
 * x - y·floor(x / y), exact, with the divisor's sign as in Python; NaN modulo 0, and x modulo ±∞ is x (or ±∞
 * where the signs differ). Long division in binary: one subtraction for every bit of the quotient.
 */
export const modulo: LibraryFunction = {
  name: 'modulo_f32',
  uses: [floatOf, isNan],
  code: /* wgsl */ `
fn mantissa_of(magnitude: u32) -> vec2u { // mantissa, exponent ≥ 1
  let exponent = magnitude >> 23u;
  let mantissa = magnitude & 0x7fffffu;
  return vec2u(select(mantissa | 0x800000u, mantissa, exponent == 0u), max(exponent, 1u));
}

fn modulo_f32(a: f32, b: f32) -> f32 {
  let a_bits = bitcast<u32>(a) & 0x7fffffffu;
  let b_bits = bitcast<u32>(b) & 0x7fffffffu;
  if (a_bits >= 0x7f800000u || b_bits > 0x7f800000u || b_bits == 0u) {
    return float_of(0x7fc00000u);
  }
  let differ = a_bits != 0u && (a < 0.0) != (b < 0.0);
  if (b_bits == 0x7f800000u) { return select(a, b, differ); }
  let top = mantissa_of(a_bits);
  let divisor = mantissa_of(b_bits);
  var rest = top.x;
  var exponent = divisor.y;
  if (a_bits < b_bits) {
    exponent = top.y;
  } else {
    for (var i = top.y; i > divisor.y; i--) {
      if (rest >= divisor.x) { rest -= divisor.x; }
      rest <<= 1u;
    }
    if (rest >= divisor.x) { rest -= divisor.x; }
  }
  // Back to a float: the leading bit to its place.
  if (rest != 0u) {
    let shift = min(countLeadingZeros(rest) - 8u, exponent - 1u);
    rest <<= shift;
    exponent -= shift;
  }
  let bits = select(rest, (rest & 0x7fffffu) | (exponent << 23u), rest >= 0x800000u);
  let remainder = bitcast<f32>(bits | (bitcast<u32>(a) & 0x80000000u));
  return select(remainder, remainder + b, bits != 0u && differ);
}`,
};
