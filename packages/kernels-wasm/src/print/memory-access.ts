/**
 * Loads and stores of up to four neighbouring elements of any dtype: widened to 32 bits when loaded
 * (f16 and bf16 to f32, small integers to i32, bool to a mask of all ones), narrowed when stored.
 */
import type { DType } from '@llm/tensor/backend';
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i16x8,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/index.ts';
import { narrowBfloat16, narrowFloat16, packBytes, packWords, widenFloat16 } from './half.ts';

const bytesOf: Record<DType, 1 | 2 | 4> = {
  f32: 4,
  i32: 4,
  u32: 4,
  f16: 2,
  bf16: 2,
  u8: 1,
  i8: 1,
  bool: 1,
};

/** A real address (never before memory) and a constant distance from it. */
export interface Address {
  readonly base: I32;
  readonly offset: number;
}

/** An address `bytes` further; backwards is added to the base, since immediates are unsigned. */
export function plus(address: Address, bytes: number): Address {
  const offset = address.offset + bytes;
  if (offset >= 0 && offset < 2 ** 31) return { base: address.base, offset };
  return { base: i32.add(address.base, offset | 0), offset: 0 };
}

/** The first `lanes` elements from an address, unwidened: one per lane, sign- or zero-extended. */
export function loadRaw(f: FunctionBuilder, dtype: DType, address: Address, lanes: number): V128 {
  const size = bytesOf[dtype];
  const { base, offset } = address;
  if (size === 4) {
    if (lanes === 4) return v128.load(base, offset);
    if (lanes === 1) return v128.load32Zero(base, offset);
    const two = v128.load64Zero(base, offset);
    return lanes === 2 ? two : v128.load32Lane(base, two, 2, offset + 8);
  }
  if (size === 2) {
    if (lanes === 4) return v128.load16x4U(base, offset);
    return eachLane(f, dtype, address, 1, lanes);
  }
  if (lanes === 4) {
    const bytes = v128.load32Zero(base, offset);
    if (dtype === 'i8') return i32x4.extendLowI16x8S(i16x8.extendLowI8x16S(bytes));
    return i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(bytes));
  }
  return eachLane(f, dtype, address, 1, lanes);
}

function eachLane(
  f: FunctionBuilder,
  dtype: DType,
  address: Address,
  stride: number,
  lanes: number,
): Local<'v128'> {
  const value = f.let(i32x4.splat(0));
  for (let lane = 0; lane < lanes; lane++) {
    const at = plus(address, lane * stride * bytesOf[dtype]);
    f.set(value, loadLane(dtype, at, value, lane));
  }
  return value;
}

/** `lanes` elements that lie `stride` elements apart, unwidened. */
export function loadStrided(
  f: FunctionBuilder,
  dtype: DType,
  address: Address,
  stride: number,
  lanes: number,
): V128 {
  if (stride === 0) return loadSplat(dtype, address);
  if (stride === 1) return loadRaw(f, dtype, address, lanes);
  if (stride === -1 && lanes === 4) {
    const bytes = -3 * bytesOf[dtype];
    const forward = f.let(loadRaw(f, dtype, plus(address, bytes), 4));
    return f32x4.shuffle(forward, forward, [3, 2, 1, 0]);
  }
  return eachLane(f, dtype, address, stride, lanes);
}

/** One element in all lanes, unwidened. */
export function loadSplat(dtype: DType, { base, offset }: Address): V128 {
  if (bytesOf[dtype] === 4) return v128.load32Splat(base, offset);
  return i32x4.splat(loadScalar(dtype, base, offset));
}

/** One element into one lane of a vector, unwidened. */
export function loadLane(dtype: DType, { base, offset }: Address, into: V128, lane: number): V128 {
  if (bytesOf[dtype] === 4) return v128.load32Lane(base, into, lane, offset);
  return i32x4.replaceLane(into, lane, loadScalar(dtype, base, offset));
}

function loadScalar(dtype: DType, base: I32, offset: number): I32 {
  if (bytesOf[dtype] === 2) return i32.load16U(base, offset);
  return dtype === 'i8' ? i32.load8S(base, offset) : i32.load8U(base, offset);
}

/** The value of raw elements in the dtype's compute type. */
export function widen(f: FunctionBuilder, dtype: DType, raw: V128): V128 {
  switch (dtype) {
    case 'f16':
      return widenFloat16(f, raw);
    case 'bf16':
      return i32x4.shl(raw, 16);
    case 'bool':
      return i32x4.ne(raw, i32x4.splat(0));
    default:
      return raw;
  }
}

/** Stores the first `lanes` values to neighbouring elements, or `stride` elements apart. */
export function storeVector(
  f: FunctionBuilder,
  dtype: DType,
  address: Address,
  stride: number,
  value: Local<'v128'>,
  lanes: number,
): void {
  const size = bytesOf[dtype];
  const packed = narrow(f, dtype, value);
  if (stride !== 1) {
    for (let lane = 0; lane < lanes; lane++) {
      storeUnit(f, size, plus(address, lane * stride * size), packed, lane);
    }
    return;
  }
  // The largest pieces first: 16, 8, 4, 2, 1 bytes.
  let done = 0;
  const total = lanes * size;
  while (done < total) {
    const piece = [16, 8, 4, 2, 1].find((bytes) => bytes <= total - done)!;
    storeUnit(f, piece, plus(address, done), packed, done / piece);
    done += piece;
  }
}

function storeUnit(f: FunctionBuilder, bytes: number, at: Address, value: V128, lane: number) {
  const { base, offset } = at;
  if (bytes === 16) f.emit(v128.store(base, value, offset));
  else if (bytes === 8) f.emit(v128.store64Lane(base, value, lane, offset));
  else if (bytes === 4) f.emit(v128.store32Lane(base, value, lane, offset));
  else if (bytes === 2) f.emit(v128.store16Lane(base, value, lane, offset));
  else f.emit(v128.store8Lane(base, value, lane, offset));
}

/** Values of the dtype's compute type as stored elements, packed into the lowest bytes. */
function narrow(f: FunctionBuilder, dtype: DType, value: Local<'v128'>): Local<'v128'> {
  switch (dtype) {
    case 'f16':
      return f.let(packWords(narrowFloat16(f, value)));
    case 'bf16':
      return f.let(packWords(narrowBfloat16(f, value)));
    case 'u8':
      return f.let(packBytes(value, false));
    case 'i8':
      return f.let(packBytes(value, true));
    case 'bool': {
      const ones = f.let(v128.and(value, i32x4.splat(1)));
      return f.let(packBytes(ones, false));
    }
    default:
      return value;
  }
}

/** Bytes of one stored element. */
export function elementBytes(dtype: DType): 1 | 2 | 4 {
  return bytesOf[dtype];
}
