import { dequantizeBlocks, GGUF_TYPES, type GgufBlockType } from '@llm/hub';

import { describe, expect, it } from 'vitest';
import { embedding, hostBits, tensor, Variable, zeros } from '../../src/index.ts';
import { matrixOfBlocks } from '../../src/quantization/gguf-blocks.ts';

const types = (Object.keys(GGUF_TYPES) as (keyof typeof GGUF_TYPES)[]).filter(
  (type): type is GgufBlockType => GGUF_TYPES[type].elements > 1,
);

/** Random blocks, with the exponents of half-precision scales kept finite. */
function randomBlocks(type: GgufBlockType, blocks: number): Uint8Array {
  const { bytes: width } = GGUF_TYPES[type];
  const words = hostBits({ seed: 7, position: 0, draw: 0 }, Math.ceil((blocks * width) / 4));
  const bytes = new Uint8Array(words.buffer, 0, blocks * width);
  const halves =
    type === 'Q6_K' ? [208] : type.endsWith('_1') || type.endsWith('_K') ? [0, 2] : [0];
  for (let block = 0; block < blocks; block++) {
    for (const at of halves) {
      const high = block * width + at + 1;
      bytes[high] = bytes[high]! & 0xbf; // exponents below 16
    }
  }
  return bytes;
}

/** Numbers without the sign of zero: −8 · d + 8 · d is +0, where ggml multiplies (8 − 8) by a negative d. */
function unsigned(values: Float32Array): number[] {
  return Array.from(values, (value) => value + 0);
}

describe.each(types)('%s', (type) => {
  it('holds exactly the numbers of the blocks', async () => {
    const { elements } = GGUF_TYPES[type];
    const shape = [3, 2 * elements] as const;
    const bytes = randomBlocks(type, 6);
    const expected = new Float32Array(6 * elements);
    dequantizeBlocks(type, bytes, expected, 0);

    const variable = new Variable(zeros(shape)).quantize(matrixOfBlocks(type, bytes, shape));
    const got = (await variable.data()) as Float32Array;
    expect(unsigned(got)).toEqual(unsigned(expected));
    const rows = tensor([2, 0, 2], [3], { dtype: 'i32' });
    const picked = (await embedding(rows, variable).data()) as Float32Array;
    expect(unsigned(picked.subarray(0, shape[1]))).toEqual(
      unsigned(expected.subarray(2 * shape[1])),
    );
  });

  it('refuses bytes that are not of the shape', () => {
    const { elements, bytes: width } = GGUF_TYPES[type];
    expect(() => matrixOfBlocks(type, new Uint8Array(width), [2, elements])).toThrow(
      `GGUF: ${type} of shape [2, ${elements}]`,
    );
    expect(() => matrixOfBlocks(type, new Uint8Array(width), [1, elements + 1])).toThrow(
      'whole blocks',
    );
  });
});
