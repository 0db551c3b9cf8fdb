import type { GgufBlockType } from '@llm/hub';

/** Takes the parts of a block. */
export interface BlockSink {
  /** The half-precision number at a byte. */
  half(at: number): number;
  /** Number `i` of the block. */
  code(i: number, value: number): void;
  /** Scale and offset of group `i` of the block. */
  scale(i: number, scale: number, offset?: number): void;
}

/** Where a block type of GGUF keeps codes, scales and offsets. */
interface BlockFormat {
  readonly bits: 4 | 8;
  /** Numbers that share a scale. */
  readonly group: number;
  /** Numbers and bytes of a block. */
  readonly elements: number;
  readonly byteLength: number;
  /** Whether something is added to the products of codes and scales. */
  readonly hasOffsets: boolean;
  readBlock(bytes: Uint8Array, from: number, sink: BlockSink): void;
}

/** Blocks of 32; layouts are those of ggml's `block_q*`. */
const block32 = (
  bits: 4 | 8,
  byteLength: number,
  hasOffsets: boolean,
  readBlock: BlockFormat['readBlock'],
): BlockFormat => ({ bits, group: 32, elements: 32, byteLength, hasOffsets, readBlock });

/** 16 bytes whose low halves are the first 16 numbers. */
const halves = (bytes: Uint8Array, from: number, i: number): number =>
  i < 16 ? bytes[from + i]! & 15 : bytes[from + i - 16]! >> 4;

const fifthBit = (bytes: Uint8Array, from: number, i: number): number =>
  ((bytes[from + (i >> 3)]! >> (i & 7)) & 1) << 4;

function each(count: number, visit: (i: number) => void): void {
  for (let i = 0; i < count; i++) visit(i);
}

/** Every block type by name. */
export const ggufBlockFormats: Readonly<Record<GgufBlockType, BlockFormat>> = {
  Q4_0: block32(4, 18, true, (bytes, from, { half, code, scale }) => {
    const d = half(from);
    scale(0, d, -8 * d);
    each(32, (i) => code(i, halves(bytes, from + 2, i)));
  }),
  Q4_1: block32(4, 20, true, (bytes, from, { half, code, scale }) => {
    scale(0, half(from), half(from + 2));
    each(32, (i) => code(i, halves(bytes, from + 4, i)));
  }),
  Q5_0: block32(8, 22, false, (bytes, from, { half, code, scale }) => {
    scale(0, half(from));
    each(32, (i) => code(i, (halves(bytes, from + 6, i) | fifthBit(bytes, from + 2, i)) - 16));
  }),
  Q5_1: block32(8, 24, true, (bytes, from, { half, code, scale }) => {
    scale(0, half(from), half(from + 2));
    each(32, (i) => code(i, halves(bytes, from + 8, i) | fifthBit(bytes, from + 4, i)));
  }),
  Q8_0: block32(8, 34, false, (bytes, from, { half, code, scale }) => {
    scale(0, half(from));
    each(32, (i) => code(i, (bytes[from + 2 + i]! << 24) >> 24));
  }),
  Q4_K: {
    ...{ bits: 4, group: 32, elements: 256, byteLength: 144, hasOffsets: true },
    readBlock: (bytes, from, sink) => {
      readGroupsK(bytes, from, sink);
      each(256, (i) => sink.code(i, lowK(bytes, from + 16, i)));
    },
  },
  Q5_K: {
    ...{ bits: 8, group: 32, elements: 256, byteLength: 176, hasOffsets: true },
    readBlock: (bytes, from, sink) => {
      readGroupsK(bytes, from, sink);
      each(256, (i) => {
        const fifth = (bytes[from + 16 + (i & 31)]! >> (i >> 5)) & 1;
        sink.code(i, lowK(bytes, from + 48, i) | (fifth << 4));
      });
    },
  },
  Q6_K: {
    ...{ bits: 8, group: 16, elements: 256, byteLength: 210, hasOffsets: false },
    readBlock: (bytes, from, { half, code, scale }) => {
      const d = half(from + 208);
      each(16, (i) => scale(i, d * ((bytes[from + 192 + i]! << 24) >> 24)));
      each(256, (i) => {
        // Halves of 128 numbers: four rows of 32, two bits of each in one byte, low bits in two rows of bytes.
        const [part, row, column] = [i >> 7, (i >> 5) & 3, i & 31];
        const low = bytes[from + part * 64 + (row & 1) * 32 + column]! >> ((row >> 1) * 4);
        const high = bytes[from + 128 + part * 32 + column]! >> (row * 2);
        code(i, ((low & 15) | ((high & 3) << 4)) - 32);
      });
    },
  },
};

/** Low four bits of number i of 256: each 32 bytes hold two groups, the first in the low halves. */
function lowK(bytes: Uint8Array, from: number, i: number): number {
  return (bytes[from + (i >> 6) * 32 + (i & 31)]! >> (((i >> 5) & 1) * 4)) & 15;
}

/** Scales and minimums of eight groups: six bits each in 12 bytes, those of the last four split. */
function readGroupsK(bytes: Uint8Array, from: number, { half, scale }: BlockSink): void {
  const [d, least] = [half(from), half(from + 2)];
  const at = from + 4;
  each(8, (i) => {
    const [factor, minimum] =
      i < 4
        ? [bytes[at + i]! & 63, bytes[at + i + 4]! & 63]
        : [
            (bytes[at + i + 4]! & 15) | ((bytes[at + i - 4]! >> 2) & 48),
            (bytes[at + i + 4]! >> 4) | ((bytes[at + i]! >> 2) & 48),
          ];
    scale(i, d * factor, -(least * minimum));
  });
}
