import { type Tensor, tensor } from '@llm/nn';

/** What `padRows` pads to. */
export interface PadOptions {
  /** Rows of the result; rows that there are no sequences for hold padding only. */
  readonly rows: number;
  /** Length of the result. */
  readonly length: number;
  /** What padding holds: a token id, or −100 for labels. */
  readonly value: number;
}

/**
 * Sequences as one i32 tensor [rows, length], filled up with `value`.
 *
 * @throws RangeError if there are more sequences than rows, or one is too long.
 */
export function padRows(
  sequences: readonly (readonly number[])[],
  { rows, length, value }: PadOptions,
): Tensor {
  if (sequences.length > rows) {
    throw new RangeError(`padRows: got ${sequences.length} sequences for ${rows} rows`);
  }
  const ids = new Int32Array(rows * length).fill(value);
  sequences.forEach((sequence, row) => {
    if (sequence.length > length) {
      throw new RangeError(
        `padRows: sequence ${row} has ${sequence.length} tokens, wants at most ${length}`,
      );
    }
    ids.set(sequence, row * length);
  });
  return tensor(ids, [rows, length]);
}

/** Which elements of `padRows` are padding: bool [rows, length], true in the padding. */
export function paddingMask(
  sequences: readonly (readonly number[])[],
  { rows, length }: Omit<PadOptions, 'value'>,
): Tensor {
  const mask = new Uint8Array(rows * length).fill(1);
  sequences.forEach((sequence, row) => {
    mask.fill(0, row * length, row * length + sequence.length);
  });
  return tensor(mask, [rows, length], { dtype: 'bool' });
}
