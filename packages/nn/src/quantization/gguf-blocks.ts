import type { GgufBlockType } from '@llm/hub';
import { groupsOf, type QuantizedLayout, type QuantizedMatrix, tensor, wordsOf } from '@llm/tensor';
import { fromFloat16Bits } from '@llm/tensor/backend';
import { type BlockSink, ggufBlockFormats } from './gguf-formats.ts';
import { packCodes } from './pack-codes.ts';

/**
 * Blocks of a GGUF file as a quantized matrix of the same numbers: 4-bit codes keep their size, those of 5 and 6
 * bits take 8, scales become f32. Nothing is rounded.
 *
 * @param bytes whole blocks, row by row
 * @throws RangeError if the bytes are not those of the shape
 */
export function matrixOfBlocks(
  type: GgufBlockType,
  bytes: Uint8Array,
  [rows, columns]: readonly [number, number],
): QuantizedMatrix {
  const format = ggufBlockFormats[type];
  const { bits, group, elements, byteLength: width } = format;
  const blocks = columns / elements;
  if (!Number.isInteger(blocks) || bytes.byteLength < rows * blocks * width) {
    throw new RangeError(
      `GGUF: ${type} of shape [${rows}, ${columns}] wants rows of whole blocks of ${elements} and ${rows * blocks * width} bytes: got ${bytes.byteLength}`,
    );
  }
  const layout: QuantizedLayout = { bits, columns, group };
  const [words, groups] = [wordsOf(layout), groupsOf(layout)];
  const codes = new Int32Array(rows * words);
  const scales = new Float32Array(rows * groups);
  const offsets = new Float32Array(format.hasOffsets ? rows * groups : 0);
  const rowCodes = new Int16Array(columns);
  // One sink for all blocks, since there are millions of them; it writes from these places on.
  let [firstCode, firstGroup] = [0, 0];
  const sink: BlockSink = {
    half: (at) => fromFloat16Bits(bytes[at]! | (bytes[at + 1]! << 8)),
    code: (i, value) => {
      rowCodes[firstCode + i] = value;
    },
    scale: (i, scale, offset = 0) => {
      scales[firstGroup + i] = scale;
      if (format.hasOffsets) offsets[firstGroup + i] = offset;
    },
  };
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      firstCode = block * elements;
      firstGroup = row * groups + firstCode / group;
      format.readBlock(bytes, (row * blocks + block) * width, sink);
    }
    packCodes(rowCodes, bits, codes, row * words);
  }
  return {
    ...layout,
    codes: tensor(codes, [rows, words]),
    scales: tensor(scales, [rows, groups]),
    ...(format.hasOffsets && { offsets: tensor(offsets, [rows, groups]) }),
  };
}
