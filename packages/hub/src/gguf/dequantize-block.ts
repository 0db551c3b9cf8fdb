/**
 * Puts the numbers of one block, which starts at byte `from` of `bytes`, into `target` from `to` on. `half` is the
 * value of every half-precision number by its bits.
 */
export type DequantizeBlock = (
  bytes: Uint8Array,
  from: number,
  target: Float32Array,
  to: number,
  half: Float32Array,
) => void;

/** Reads a little-endian half-precision number. */
export function halfAt(bytes: Uint8Array, position: number, half: Float32Array): number {
  return half[bytes[position]! | (bytes[position + 1]! << 8)]!;
}
