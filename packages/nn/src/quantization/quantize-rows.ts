import { groupsOf, type QuantizedLayout, type QuantizedMatrix, tensor, wordsOf } from '@llm/tensor';
import { packCodes } from './pack-codes.ts';
import type { QuantizationScheme } from './schemes.ts';

/** Columns of a matrix that are turned into rows at once: whole lines of a cache for most of the reads. */
const STRIP = 32;

/**
 * Quantizes a matrix that comes row by row, each number to the nearest that its group can hold, so that the whole
 * of it need never be there. Numbers that are not finite are no weights.
 */
export class RowQuantizer {
  readonly #layout: QuantizedLayout;
  readonly #codes: Int32Array;
  readonly #scales: Float32Array;
  readonly #offsets: Float32Array | undefined;
  readonly #rowCodes: Int16Array;
  #row = 0;

  constructor(
    readonly rows: number,
    readonly columns: number,
    scheme: QuantizationScheme,
  ) {
    this.#layout =
      scheme === 'q8' ? { bits: 8, columns, group: columns } : { bits: 4, columns, group: 32 };
    this.#codes = new Int32Array(rows * wordsOf(this.#layout));
    this.#scales = new Float32Array(rows * groupsOf(this.#layout));
    if (scheme === 'q4') this.#offsets = new Float32Array(this.#scales.length);
    this.#rowCodes = new Int16Array(columns);
  }

  /**
   * The next rows.
   *
   * @param values whole rows, one after the other
   * @throws RangeError for a number that is not finite, or for more rows than were announced
   */
  add(values: ArrayLike<number>): void {
    const count = values.length / this.columns;
    if (!Number.isInteger(count) || this.#row + count > this.rows) {
      throw new RangeError(
        `quantize: wants whole rows of ${this.columns}, ${this.rows - this.#row} at most: got ${values.length} numbers`,
      );
    }
    for (let row = 0; row < count; row++) this.#addRow(values, row * this.columns);
  }

  /** The matrix. @throws RangeError if rows are missing */
  finish(): QuantizedMatrix {
    if (this.#row < this.rows) {
      throw new RangeError(`quantize: got ${this.#row} rows of ${this.rows}`);
    }
    const groups = [this.rows, groupsOf(this.#layout)];
    return {
      ...this.#layout,
      codes: tensor(this.#codes, [this.rows, wordsOf(this.#layout)]),
      scales: tensor(this.#scales, groups),
      ...(this.#offsets && { offsets: tensor(this.#offsets, groups) }),
    };
  }

  #addRow(values: ArrayLike<number>, begin: number): void {
    const { bits, group } = this.#layout;
    const groups = groupsOf(this.#layout);
    const offsets = this.#offsets;
    const [least, most] = offsets ? [0, 15] : [-127, 127];
    for (let index = 0; index < groups; index++) {
      const from = index * group;
      const to = Math.min(this.columns, from + group);
      const { low, high } = this.#rangeOf(values, begin, from, to);
      const scale = Math.fround(offsets ? (high - low) / 15 : Math.max(-low, high) / 127);
      const offset = offsets ? low : 0;
      const at = this.#row * groups + index;
      this.#scales[at] = scale;
      if (offsets) offsets[at] = offset;
      for (let column = from; column < to; column++) {
        const code = scale === 0 ? 0 : Math.round((values[begin + column]! - offset) / scale);
        this.#rowCodes[column] = Math.min(most, Math.max(least, code));
      }
    }
    packCodes(this.#rowCodes, bits, this.#codes, this.#row * wordsOf(this.#layout));
    this.#row += 1;
  }

  #rangeOf(values: ArrayLike<number>, begin: number, from: number, to: number) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let column = from; column < to; column++) {
      const value = values[begin + column]!;
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `quantize: element [${this.#row}, ${column}] is ${value}; only finite weights are quantized`,
        );
      }
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return { low, high };
  }
}

/**
 * Quantizes a matrix, or the transpose of one.
 *
 * @param values [rows, columns] in row-major order
 * @param transposed whether the columns are quantized, as the rows of what is returned
 * @throws RangeError for a number that is not finite
 */
export function quantizeMatrix(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  scheme: QuantizationScheme,
  transposed = false,
): QuantizedMatrix {
  if (!transposed) {
    const quantizer = new RowQuantizer(rows, columns, scheme);
    quantizer.add(values);
    return quantizer.finish();
  }
  const quantizer = new RowQuantizer(columns, rows, scheme);
  // A second copy of the whole matrix would be as large as the first.
  const strip = new Float32Array(Math.min(STRIP, columns) * rows);
  for (let first = 0; first < columns; first += STRIP) {
    const width = Math.min(STRIP, columns - first);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < width; i++) strip[i * rows + row] = values[row * columns + first + i]!;
    }
    quantizer.add(strip.subarray(0, width * rows));
  }
  return { ...quantizer.finish(), transposed };
}
