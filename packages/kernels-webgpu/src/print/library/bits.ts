/** Floats that WGSL does not speak of: NaN, infinities, halves. */
import type { LibraryFunction } from '../shader.ts';

/** Whether x is NaN, by its bits: a compiler may assume that no comparison meets one. */
export const isNan: LibraryFunction = {
  name: 'is_nan',
  code: /* wgsl */ `
fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`,
};

/** The float with these bits, made at run time: a constant NaN or infinity is an error in WGSL. */
export const floatOf: LibraryFunction = {
  name: 'float_of',
  code: /* wgsl */ `
fn float_of(constant: u32) -> f32 {
  var bits = constant;
  return bitcast<f32>(bits);
}`,
};

/**
 * x, as a value of which compilers know nothing: drivers take (x + y) - y to be x, and put the parts of a
 * constant in two products together, which undoes what compensates for rounding. The largest word is
 * a NaN, and becomes another.
 */
export const opaque: LibraryFunction = {
  name: 'opaque',
  code: /* wgsl */ `
fn opaque(x: f32) -> f32 {
  return bitcast<f32>(min(bitcast<u32>(x), 0xfffffffeu));
}`,
};

/** The larger of two floats, NaN if one is. */
export const maximum: LibraryFunction = {
  name: 'maximum',
  uses: [isNan],
  code: /* wgsl */ `
fn maximum(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}`,
};

/** The smaller of two floats, NaN if one is. */
export const minimum: LibraryFunction = {
  name: 'minimum',
  uses: [isNan],
  code: /* wgsl */ `
fn minimum(a: f32, b: f32) -> f32 {
  return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
}`,
};

/**
 * The bits of the IEEE half nearest to x, ties to even; overflow gives an infinity. With integers, since
 * `pack2x16float` leaves overflow open, and devices its rounding.
 */
export const narrowFloat16: LibraryFunction = {
  name: 'narrow_f16',
  code: /* wgsl */ `
fn narrow_f16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return sign | 0x7e00u; }
  if (magnitude >= 0x477ff000u) { return sign | 0x7c00u; }
  if (magnitude >= 0x38800000u) {
    return sign | ((magnitude + 0x0fffu + ((magnitude >> 13u) & 1u) - 0x38000000u) >> 13u);
  }
  let exponent = magnitude >> 23u;
  if (exponent < 102u) { return sign; }
  // Subnormal: the mantissa in units of 2^-24.
  let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  let shift = 126u - exponent;
  let whole = mantissa >> shift;
  let rest = mantissa & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  let up = rest > half || (rest == half && (whole & 1u) == 1u);
  return sign | (whole + select(0u, 1u, up));
}`,
};

/** The value of an IEEE half's bits. */
export const widenFloat16: LibraryFunction = {
  name: 'widen_f16',
  code: /* wgsl */ `
fn widen_f16(bits: u32) -> f32 {
  return unpack2x16float(bits).x;
}`,
};

/** The bits of the bfloat16 nearest to x, ties to even; NaN stays a quiet NaN. */
export const narrowBfloat16: LibraryFunction = {
  name: 'narrow_bf16',
  code: /* wgsl */ `
fn narrow_bf16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let upper = bits >> 16u;
  let rounded = (bits + 0x7fffu + (upper & 1u)) >> 16u;
  return select(rounded, upper | 0x40u, (bits & 0x7fffffffu) > 0x7f800000u);
}`,
};
