import {
  type FunctionBuilder,
  f32x4,
  i8x16,
  i16x8,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/index.ts';

/** IEEE halves in the low 16 bits of four lanes, as f32; exact, subnormals, infinities and NaN included. */
export function widenFloat16(f: FunctionBuilder, bits: V128): Local<'v128'> {
  const half = f.let(bits);
  const magnitude = f.let(i32x4.shl(v128.and(half, i32x4.splat(0x7fff)), 13));
  // Read as f32 the exponent is 112 too small; the product also makes subnormals right.
  const value = f.let(f32x4.mul(magnitude, f32x4.splat(2 ** 112)));
  const special = i32x4.geU(magnitude, i32x4.splat(0x0f800000));
  f.set(value, v128.or(value, v128.and(special, i32x4.splat(0x7f800000))));
  const sign = i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16);
  f.set(value, v128.or(value, sign));
  return value;
}

/**
 * Four f32 as IEEE halves in the low 16 bits of each lane, to nearest, ties to even. Adding a power of two
 * chosen by the exponent makes the processor do the rounding (M. Dukhan's FP16 library).
 */
export function narrowFloat16(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const base = f.let(
    f32x4.mul(f32x4.mul(f32x4.abs(x), f32x4.splat(2 ** 112)), f32x4.splat(2 ** -110)),
  );
  const twice = f.let(i32x4.add(x, x)); // the sign bit falls off
  const bias = i32x4.maxU(v128.and(twice, i32x4.splat(0xff000000 | 0)), i32x4.splat(0x71000000));
  f.set(base, f32x4.add(i32x4.add(i32x4.shrU(bias, 1), i32x4.splat(0x07800000)), base));
  const exponent = v128.and(i32x4.shrU(base, 13), i32x4.splat(0x7c00));
  const number = i32x4.add(exponent, v128.and(base, i32x4.splat(0x0fff)));
  const isNan = i32x4.gtU(twice, i32x4.splat(0xff000000 | 0));
  const magnitude = v128.bitselect(i32x4.splat(0x7e00), number, isNan);
  const sign = v128.and(i32x4.shrU(x, 16), i32x4.splat(0x8000));
  return f.let(v128.or(magnitude, sign));
}

/** Four f32 as bfloat16 in the low 16 bits of each lane, to nearest, ties to even; NaN stays a quiet NaN. */
export function narrowBfloat16(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const upper = f.let(i32x4.shrU(x, 16));
  const odd = v128.and(upper, i32x4.splat(1));
  const rounded = i32x4.shrU(i32x4.add(x, i32x4.add(odd, i32x4.splat(0x7fff))), 16);
  const quiet = v128.or(upper, i32x4.splat(0x40));
  return f.let(v128.bitselect(quiet, rounded, f32x4.ne(x, x)));
}

/** The low 16 bits of four lanes, next to each other in the first eight bytes. */
export function packWords(value: Local<'v128'>): V128 {
  // Positions and not a saturating narrow: the bits are unsigned 16-bit patterns.
  return i8x16.shuffle(value, value, [0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13]);
}

/** Four integers as signed or unsigned bytes in the first four bytes, saturating. */
export function packBytes(value: Local<'v128'>, signed: boolean): V128 {
  const words = i16x8.narrowI32x4S(value, value);
  return signed ? i8x16.narrowI16x8S(words, words) : i8x16.narrowI16x8U(words, words);
}
