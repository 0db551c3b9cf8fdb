import { float16Values } from '../float16.ts';
import { type DequantizeBlock, halfAt } from './dequantize-block.ts';
import { dequantizeQ4K, dequantizeQ5K, dequantizeQ6K } from './dequantize-k.ts';
import { GGUF_TYPES, type GgufBlockType } from './types.ts';

const BLOCKS: Readonly<Record<GgufBlockType, DequantizeBlock>> = {
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q5_0: dequantizeQ5_0,
  Q5_1: dequantizeQ5_1,
  Q8_0: dequantizeQ8_0,
  Q4_K: dequantizeQ4K,
  Q5_K: dequantizeQ5K,
  Q6_K: dequantizeQ6K,
};

/**
 * Dequantizes whole blocks with the roundings of the reference (ggml's `gguf` package for Python): every product
 * and every sum is rounded to f32.
 *
 * @param type - Type of the blocks.
 * @param bytes - Whole blocks.
 * @param target - Where the numbers go. @param offset - Index of the first one.
 */
export function dequantizeBlocks(
  type: GgufBlockType,
  bytes: Uint8Array,
  target: Float32Array,
  offset: number,
): void {
  const dequantize = BLOCKS[type];
  const { elements, bytes: width } = GGUF_TYPES[type];
  const half = float16Values();
  for (let from = 0, to = offset; from < bytes.byteLength; from += width, to += elements) {
    dequantize(bytes, from, target, to, half);
  }
}

const round = Math.fround;

/** 32 numbers `scale · (q − 8)`: f16 scale, 16 bytes; low halves hold the first 16 numbers. */
function dequantizeQ4_0(...[bytes, from, target, to, half]: Parameters<DequantizeBlock>): void {
  const scale = halfAt(bytes, from, half);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[from + 2 + i]!;
    target[to + i] = scale * ((pair & 15) - 8);
    target[to + 16 + i] = scale * ((pair >> 4) - 8);
  }
}

/** 32 numbers `scale · q + minimum`: f16 scale, f16 minimum, 16 bytes as in Q4_0. */
function dequantizeQ4_1(...[bytes, from, target, to, half]: Parameters<DequantizeBlock>): void {
  const scale = halfAt(bytes, from, half);
  const minimum = halfAt(bytes, from + 2, half);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[from + 4 + i]!;
    target[to + i] = round(scale * (pair & 15)) + minimum;
    target[to + 16 + i] = round(scale * (pair >> 4)) + minimum;
  }
}

/** 32 numbers `scale · (q − 16)`: f16 scale, 32 fifth bits, 16 bytes of low bits as in Q4_0. */
function dequantizeQ5_0(...[bytes, from, target, to, half]: Parameters<DequantizeBlock>): void {
  const scale = halfAt(bytes, from, half);
  for (let i = 0; i < 32; i++) {
    target[to + i] = scale * (fiveBits(bytes, from + 2, i) - 16);
  }
}

/** 32 numbers `scale · q + minimum`: f16 scale, f16 minimum, bits as in Q5_0. */
function dequantizeQ5_1(...[bytes, from, target, to, half]: Parameters<DequantizeBlock>): void {
  const scale = halfAt(bytes, from, half);
  const minimum = halfAt(bytes, from + 2, half);
  for (let i = 0; i < 32; i++) {
    target[to + i] = round(scale * fiveBits(bytes, from + 4, i)) + minimum;
  }
}

function fiveBits(bytes: Uint8Array, from: number, i: number): number {
  const pair = bytes[from + 4 + (i & 15)]!;
  const low = i < 16 ? pair & 15 : pair >> 4;
  return low | (((bytes[from + (i >> 3)]! >> (i & 7)) & 1) << 4);
}

/** 32 numbers `scale · q`: f16 scale, 32 signed bytes. */
function dequantizeQ8_0(...[bytes, from, target, to, half]: Parameters<DequantizeBlock>): void {
  const scale = halfAt(bytes, from, half);
  for (let i = 0; i < 32; i++) target[to + i] = scale * ((bytes[from + 2 + i]! << 24) >> 24);
}
