import { type FunctionBuilder, type I32, type V128, v128 } from '../wasm/index.ts';

/**
 * Loads the first `lanes` f32 of a vector, the others zero; never reads past them, so the end of a
 * buffer is safe.
 */
export function loadLanes(address: I32, lanes: number, offset = 0): V128 {
  if (lanes === 4) return v128.load(address, offset);
  if (lanes === 1) return v128.load32Zero(address, offset);
  const two = v128.load64Zero(address, offset);
  return lanes === 2 ? two : v128.load32Lane(address, two, 2, offset + 8);
}

/** Stores the first `lanes` f32 of a vector and nothing else. */
export function storeLanes(
  f: FunctionBuilder,
  address: I32,
  value: V128,
  lanes: number,
  offset = 0,
): void {
  if (lanes === 4) {
    f.emit(v128.store(address, value, offset));
    return;
  }
  if (lanes >= 2) f.emit(v128.store64Lane(address, value, 0, offset));
  if (lanes !== 2) f.emit(v128.store32Lane(address, value, lanes - 1, offset + (lanes - 1) * 4));
}
