import type { Prompts } from './prompts.ts';
import type { SessionInputs } from './session.ts';

/** Lengths are rounded up to few sizes, so that a session serves many calls. */
export function bucket(length: number, most: number | undefined): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(16, length)));
  // Beyond 256, steps of 128 waste less.
  const rounded = length > 256 ? 128 * Math.ceil(length / 128) : power;
  return most === undefined ? rounded : Math.max(length, Math.min(rounded, most));
}

/** Prompts as a session takes them, padded to `length`. */
export function fill(
  { ids, mask }: Prompts,
  length: number,
  side: 'left' | 'right',
  start: readonly (readonly number[])[],
): SessionInputs {
  const filled = {
    ids: new Int32Array(ids.length * length),
    mask: new Uint8Array(ids.length * length),
    start,
  };
  const shift = side === 'left' ? length - ids[0]!.length : 0;
  ids.forEach((row, i) => {
    filled.ids.set(row, i * length + shift);
    filled.mask.set(mask[i]!, i * length + shift);
  });
  return filled;
}
