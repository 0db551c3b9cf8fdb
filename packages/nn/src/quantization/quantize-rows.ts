import { groupsOf, type QuantizedLayout, type QuantizedMatrix, tensor, wordsOf } from '@llm/tensor';
import { packCodes } from './pack-codes.ts';

/**
 * How weights are quantized: `q8` has 8 bits and a scale per row, `q4` has 4 bits with a scale and a minimum
 * for each group of 32.
 */
export type QuantizationScheme = 'q8' | 'q4';

/** Names of the schemes. */
export const quantizationSchemes: readonly QuantizationScheme[] = ['q8', 'q4'];

/**
 * Quantizes a matrix, each number to the nearest that its group can hold. Numbers that are not finite are no
 * weights.
 *
 * @param values [rows, columns] in row-major order
 * @throws RangeError for a number that is not finite
 */
export function quantizeRows(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  scheme: QuantizationScheme,
): QuantizedMatrix {
  const layout: QuantizedLayout =
    scheme === 'q8' ? { bits: 8, columns, group: columns } : { bits: 4, columns, group: 32 };
  const words = wordsOf(layout);
  const groups = groupsOf(layout);
  const codes = new Int32Array(rows * words);
  const scales = new Float32Array(rows * groups);
  const offsets = new Float32Array(scheme === 'q4' ? rows * groups : 0);
  const rowCodes = new Int16Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const from = group * layout.group;
      const to = Math.min(columns, from + layout.group);
      const { low, high } = rangeOf(values, row * columns + from, row * columns + to);
      const at = row * groups + group;
      const reach = scheme === 'q8' ? Math.max(-low, high) / 127 : (high - low) / 15;
      const scale = Math.fround(reach);
      const offset = scheme === 'q4' ? low : 0;
      scales[at] = scale;
      if (scheme === 'q4') offsets[at] = offset;
      const [least, most] = scheme === 'q8' ? [-127, 127] : [0, 15];
      for (let column = from; column < to; column++) {
        const code =
          scale === 0 ? 0 : Math.round((values[row * columns + column]! - offset) / scale);
        rowCodes[column] = Math.min(most, Math.max(least, code));
      }
    }
    packCodes(rowCodes, layout.bits, codes, row * words);
  }
  return {
    ...layout,
    codes: tensor(codes, [rows, words]),
    scales: tensor(scales, [rows, groups]),
    ...(scheme === 'q4' && { offsets: tensor(offsets, [rows, groups]) }),
  };
}

function rangeOf(values: ArrayLike<number>, from: number, to: number) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      throw new RangeError(`quantize: element ${i} is ${value}; only finite weights are quantized`);
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
