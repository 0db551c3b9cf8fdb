import type { DequantizeBlock } from './dequantize-block.ts';

const round = Math.fround;

/**
 * 256 numbers in 8 groups of 32, `scale · q − minimum`: f16 d, f16 dmin, 8 six-bit scales and 8 six-bit minimums
 * in 12 bytes, 128 bytes of which each 32 hold two groups, the first in the low halves.
 */
export function dequantizeQ4K(
  ...[bytes, from, target, to, half]: Parameters<DequantizeBlock>
): void {
  for (let group = 0; group < 8; group++) {
    const scale = groupScale(bytes, from, group, half);
    const minimum = groupMinimum(bytes, from, group, half);
    const quants = from + 16 + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const q = (bytes[quants + i]! >> shift) & 15;
      target[to + group * 32 + i] = round(scale * q) - minimum;
    }
  }
}

/** As Q4_K, with 32 bytes of fifth bits (bit `group` of byte `i`) before the low bits. */
export function dequantizeQ5K(
  ...[bytes, from, target, to, half]: Parameters<DequantizeBlock>
): void {
  for (let group = 0; group < 8; group++) {
    const scale = groupScale(bytes, from, group, half);
    const minimum = groupMinimum(bytes, from, group, half);
    const quants = from + 48 + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const low = (bytes[quants + i]! >> shift) & 15;
      const q = low | (((bytes[from + 16 + i]! >> group) & 1) << 4);
      target[to + group * 32 + i] = round(scale * q) - minimum;
    }
  }
}

/**
 * 256 numbers in 16 groups of 16, `scale · (q − 32)`: 128 bytes of low four bits, 64 bytes of high two bits,
 * 16 signed scales, f16 d. Each half of 128 numbers takes 64 bytes of low bits (two rows of 32: low halves, then
 * high halves) and 32 bytes of high bits (four rows, two bits each).
 */
export function dequantizeQ6K(
  ...[bytes, from, target, to, half]: Parameters<DequantizeBlock>
): void {
  const d = half[bytes[from + 208]! | (bytes[from + 209]! << 8)]!;
  for (let group = 0; group < 16; group++) {
    const scale = round(d * ((bytes[from + 192 + group]! << 24) >> 24));
    const part = group >> 3;
    const row = (group & 7) >> 1;
    const column = (group & 1) * 16;
    const lows = from + part * 64 + (row & 1) * 32 + column;
    const highs = from + 128 + part * 32 + column;
    for (let i = 0; i < 16; i++) {
      const low = (bytes[lows + i]! >> ((row >> 1) * 4)) & 15;
      const high = (bytes[highs + i]! >> (row * 2)) & 3;
      target[to + group * 16 + i] = scale * ((low | (high << 4)) - 32);
    }
  }
}

/** Groups 0 to 3 have six bits in one byte; 4 to 7 have four in a shared byte and two above those of group − 4. */
function groupScale(bytes: Uint8Array, from: number, group: number, half: Float32Array): number {
  const scales = from + 4;
  const six =
    group < 4
      ? bytes[scales + group]! & 63
      : (bytes[scales + group + 4]! & 15) | ((bytes[scales + group - 4]! >> 2) & 48);
  return round(half[bytes[from]! | (bytes[from + 1]! << 8)]! * six);
}

function groupMinimum(bytes: Uint8Array, from: number, group: number, half: Float32Array): number {
  const scales = from + 4;
  const six =
    group < 4
      ? bytes[scales + group + 4]! & 63
      : (bytes[scales + group + 4]! >> 4) | ((bytes[scales + group]! >> 2) & 48);
  return round(half[bytes[from + 2]! | (bytes[from + 3]! << 8)]! * six);
}
