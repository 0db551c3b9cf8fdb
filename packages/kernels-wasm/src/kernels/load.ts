import { widenFloat16 } from '../print/half.ts';
import {
  type F32,
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  i32x4,
  type V128,
  v128,
} from '../wasm/index.ts';

/** Storage types of float buffers. */
export type FloatStorage = 'f32' | 'f16' | 'bf16';

/** Four stored floats as f32. */
export function loadFloats(
  f: FunctionBuilder,
  dtype: FloatStorage,
  address: I32,
  offset = 0,
): V128 {
  if (dtype === 'f32') return v128.load(address, offset);
  const bits = v128.load16x4U(address, offset);
  return dtype === 'bf16' ? i32x4.shl(bits, 16) : widenFloat16(f, bits);
}

/** One stored float as f32. */
export function loadFloat(f: FunctionBuilder, dtype: FloatStorage, address: I32, offset = 0): F32 {
  if (dtype === 'f32') return f32.load(address, offset);
  const bits = i32.load16U(address, offset);
  if (dtype === 'bf16') return f32.reinterpretI32(i32.shl(bits, 16));
  return f32x4.extractLane(widenFloat16(f, i32x4.splat(bits)), 0);
}
