import { type F32, f32, f32x4, type I32, i32, i32x4, type V128, v128 } from '../wasm/index.ts';

/** Storage types of float buffers. */
export type FloatStorage = 'f32' | 'f16' | 'bf16';

/** Four stored floats as f32. */
export function loadFloats(dtype: FloatStorage, address: I32, offset = 0): V128 {
  if (dtype === 'f32') return v128.load(address, offset);
  const bits = v128.load16x4U(address, offset);
  return dtype === 'bf16' ? i32x4.shl(bits, 16) : halfToFloat(bits);
}

/** One stored float as f32. */
export function loadFloat(dtype: FloatStorage, address: I32, offset = 0): F32 {
  if (dtype === 'f32') return f32.load(address, offset);
  const bits = i32.load16U(address, offset);
  if (dtype === 'bf16') return f32.reinterpretI32(i32.shl(bits, 16));
  return f32x4.extractLane(halfToFloat(i32x4.splat(bits)), 0);
}

/**
 * Four f16, given as the low halves of i32 lanes, to f32: exponent and mantissa move into place and
 * one multiplication by 2¹¹² corrects the bias, subnormals included; infinity and NaN get the
 * exponent that the multiplication cannot give them.
 */
function halfToFloat(bits: V128): V128 {
  const magnitude = v128.and(bits, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const scaled = f32x4.mul(i32x4.shl(magnitude, 13), f32x4.splat(2 ** 112));
  const special = v128.and(i32x4.gtS(magnitude, i32x4.splat(0x7bff)), i32x4.splat(0x7f800000));
  return v128.or(v128.or(scaled, special), sign);
}
