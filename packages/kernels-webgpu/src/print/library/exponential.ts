/** exp, log, sigmoid, tanh and erf, more accurate than WGSL asks of its own, and the same everywhere. */
import type { LibraryFunction } from '../shader.ts';
import { floatOf, isNan, opaque } from './bits.ts';

/** `c0 + c1·x + c2·x² + …` by Horner's rule. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  const literal = (value: number) => `${value < 0 ? '-' : ''}${number(Math.abs(value))}`;
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => `fma(${sum}, ${x}, ${literal(c)})`, literal(coefficients.at(-1)!));
}

function number(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/**
 * eˣ within 2 ulp. x = n·ln 2 + r with |r| ≤ ln 2 / 2; a polynomial for eʳ, then two multiplications by
 * powers of two, because 2ⁿ alone may not be representable where the result is.
 */
export const exp: LibraryFunction = {
  name: 'exp_f32',
  uses: [isNan, opaque],
  code: /* wgsl */ `
fn exp_f32(x: f32) -> f32 {
  let bounded = clamp(x, -104.0, 89.0);
  let n = round(bounded * 1.4426950408889634);
  // ln 2 in two parts, the first short enough that n times it is exact.
  let r = fma(n, 2.1219444e-4, opaque(fma(n, -0.693359375, bounded)));
  let series = ${polynomial('r', [1, 1, 4.999999345e-1, 1.666652063e-1, 4.166838805e-2, 8.368716884e-3, 1.381459858e-3])};
  let k = i32(n);
  let half = k >> 1u;
  let powers = vec2f(bitcast<f32>((half + 127) << 23u), bitcast<f32>((k - half + 127) << 23u));
  return select(series * powers.x * powers.y, x, is_nan(x));
}`,
};

/**
 * Natural logarithm within 2 ulp: -∞ at ±0, NaN below 0. x = m·2ᵉ with m in [2/3, 4/3);
 * log x = e·ln 2 + log1p(m - 1). Coefficients of N. Juffa's my_logf.
 */
export const log: LibraryFunction = {
  name: 'log_f32',
  uses: [floatOf, isNan],
  code: /* wgsl */ `
fn log_f32(x: f32) -> f32 {
  let magnitude = bitcast<u32>(x) & 0x7fffffffu;
  if (magnitude == 0u) { return float_of(0xff800000u); }
  if (is_nan(x) || bitcast<u32>(x) == 0x7f800000u) { return x; }
  if (x < 0.0) { return float_of(0x7fc00000u); }
  let subnormal = magnitude < 0x00800000u;
  let bits = bitcast<i32>(select(x, x * 8388608.0, subnormal));
  let exponent = (bits - 0x3f2aaaab) & -8388608;
  let m = bitcast<f32>(bits - exponent) - 1.0;
  let e = f32(exponent >> 23u) - select(0.0, 23.0, subnormal);
  let s = m * m;
  let even = ${polynomial('s', [-0.2499962, -0.166846126, -0.121483512, -0.130310059])};
  let odd = ${polynomial('s', [0.200120345, 0.139814854, 0.140869141])};
  let r = fma(fma(fma(odd, m, even), m, 0.333331972), m, -0.5);
  return fma(e, 0.6931471805599453, fma(r, s, m));
}`,
};

/** 1 / (1 + e⁻ˣ) within 3 ulp; the exponential is of -|x|, so that it cannot overflow. */
export const sigmoid: LibraryFunction = {
  name: 'sigmoid',
  uses: [exp],
  code: /* wgsl */ `
fn sigmoid(x: f32) -> f32 {
  let power = exp_f32(-abs(x));
  return select(1.0, power, x < 0.0) / (1.0 + power);
}`,
};

/** Hyperbolic tangent within 6 ulp: x·P(x²)/Q(x²) up to where tanh is ±1. Coefficients of Eigen's ptanh_float. */
export const tanh: LibraryFunction = {
  name: 'tanh_f32',
  uses: [isNan],
  code: /* wgsl */ `
fn tanh_f32(value: f32) -> f32 {
  let x = clamp(value, -7.905311107635498, 7.905311107635498);
  let square = x * x;
  let p = ${polynomial('square', [4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8, -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16])};
  let q = ${polynomial('square', [4.8935251855438e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6])};
  return select(x * (p / q), value, is_nan(value));
}`,
};

/** The error function within 6 ulp: x·P(x²)/Q(x²) on |x| ≤ 4. Coefficients of Eigen's generic_fast_erf_float. */
export const erf: LibraryFunction = {
  name: 'erf_f32',
  uses: [isNan],
  code: /* wgsl */ `
fn erf_f32(value: f32) -> f32 {
  let x = clamp(value, -4.0, 4.0);
  let square = x * x;
  let p = ${polynomial('square', [-1.60960333262415e-2, -2.95459980854025e-3, -7.34990630326855e-4, -5.69250639462346e-5, -2.10102402082508e-6, 2.77068142495902e-8, -2.72614225801306e-10])};
  let q = ${polynomial('square', [-1.42647390514189e-2, -7.37332916720468e-3, -1.68282697438203e-3, -2.13374055278905e-4, -1.45660718464996e-5])};
  return select(x * (p / q), value, is_nan(value));
}`,
};
