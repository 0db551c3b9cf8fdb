/**
 * How quantized matrices lie in memory, for their definition (`ops/dequantize.ts`) and the kernels that read them.
 *
 * @module
 */

/** How the numbers of a quantized matrix are stored. */
export interface QuantizedLayout {
  /** Bits of one code: 4 (0 to 15) or 8 (−128 to 127). */
  readonly bits: 4 | 8;
  /** Numbers in a row. */
  readonly columns: number;
  /** Numbers in a row that share a scale; the last group may be cut short. */
  readonly group: number;
}

/** Columns that four words hold: codes come in blocks of so many. */
export function blockOf(bits: 4 | 8): number {
  return 128 / bits;
}

/** Words of a row's codes: whole blocks of four. */
export function wordsOf({ bits, columns }: QuantizedLayout): number {
  return 4 * Math.ceil(columns / blockOf(bits));
}

/** Groups of a row. */
export function groupsOf({ columns, group }: QuantizedLayout): number {
  return Math.ceil(columns / group);
}
