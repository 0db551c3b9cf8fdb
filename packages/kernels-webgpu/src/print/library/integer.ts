/** Integer arithmetic with Python's signs, saturating conversions, and random bits. */
import type { LibraryFunction } from '../shader.ts';
import { isNan } from './bits.ts';

/** Quotient rounded down; 0 where the divisor is 0; -2³¹ / -1 saturates. */
export const divideSigned: LibraryFunction = {
  name: 'divide_i32',
  code: /* wgsl */ `
fn divide_i32(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return select(-a, 2147483647, a == i32(-2147483648)); }
  let quotient = a / b;
  return quotient - select(0, 1, quotient * b != a && (a < 0) != (b < 0));
}`,
};

/** Quotient; 0 where the divisor is 0. */
export const divideUnsigned: LibraryFunction = {
  name: 'divide_u32',
  code: /* wgsl */ `
fn divide_u32(a: u32, b: u32) -> u32 {
  return select(a / max(b, 1u), 0u, b == 0u);
}`,
};

/** Remainder with the divisor's sign; 0 where the divisor is 0. */
export const moduloSigned: LibraryFunction = {
  name: 'modulo_i32',
  code: /* wgsl */ `
fn modulo_i32(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) { return 0; }
  let rest = a % b;
  return rest + select(0, b, rest != 0 && (rest < 0) != (b < 0));
}`,
};

/** Remainder; 0 where the divisor is 0. */
export const moduloUnsigned: LibraryFunction = {
  name: 'modulo_u32',
  code: /* wgsl */ `
fn modulo_u32(a: u32, b: u32) -> u32 {
  return select(a % max(b, 1u), 0u, b == 0u);
}`,
};

/** Power modulo 2³² by squaring. */
export const powerUnsigned: LibraryFunction = {
  name: 'power_u32',
  code: /* wgsl */ `
fn power_u32(base: u32, exponent: u32) -> u32 {
  var result = 1u;
  var square = base;
  for (var rest = exponent; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { result *= square; }
    square *= square;
  }
  return result;
}`,
};

/** Power modulo 2³²; a negative exponent gives the reciprocal rounded towards zero. */
export const powerSigned: LibraryFunction = {
  name: 'power_i32',
  uses: [powerUnsigned],
  code: /* wgsl */ `
fn power_i32(base: i32, exponent: i32) -> i32 {
  if (exponent < 0) {
    if (base == 1) { return 1; }
    if (base == -1) { return select(1, -1, (exponent & 1) == 1); }
    return 0;
  }
  return bitcast<i32>(power_u32(bitcast<u32>(base), bitcast<u32>(exponent)));
}`,
};

/** Truncates and saturates; NaN gives 0. */
export const toSigned: LibraryFunction = {
  name: 'to_i32',
  uses: [isNan],
  code: /* wgsl */ `
fn to_i32(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0, 2147483520.0));
  return select(select(inside, 2147483647, x >= 2147483648.0), 0, is_nan(x));
}`,
};

/** Truncates and saturates; NaN gives 0. */
export const toUnsigned: LibraryFunction = {
  name: 'to_u32',
  uses: [isNan],
  code: /* wgsl */ `
fn to_u32(x: f32) -> u32 {
  let inside = u32(clamp(x, 0.0, 4294967040.0));
  return select(select(inside, 4294967295u, x >= 4294967296.0), 0u, is_nan(x));
}`,
};

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const rounds = Array.from({ length: 20 }, (_, round) => {
  const by = rotations[round % 8]!;
  const mix = `  x += y; y = ((y << ${by}u) | (y >> ${32 - by}u)) ^ x;`;
  if (round % 4 !== 3) return mix;
  const count = (round + 1) / 4;
  return `${mix}\n  x += key${count % 3}; y += key${(count + 1) % 3} + ${count}u;`;
}).join('\n');

/** First word of Threefry 2×32 with 20 rounds (Salmon et al., 2011): key (seed, position), counter (0, index). */
export const threefry: LibraryFunction = {
  name: 'threefry',
  code: /* wgsl */ `
fn threefry(key0: u32, key1: u32, index: u32) -> u32 {
  let key2 = 0x1bd11bdau ^ key0 ^ key1;
  var x = key0;
  var y = index + key1;
${rounds}
  return x;
}`,
};
