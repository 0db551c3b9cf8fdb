/** A value that needs memory from the step that writes it to the last that reads it. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const alignment = 64;

/**
 * Places values in one arena so that values alive at the same time do not overlap: the largest first,
 * each at the lowest free offset.
 *
 * @returns the offset of each value, and the size of the arena, in bytes.
 */
export function placeInArena(values: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(values.length).fill(0);
  const order = values
    .map((_, i) => i)
    .sort((a, b) => values[b]!.bytes - values[a]!.bytes || a - b);
  const placed: number[] = []; // by offset
  let bytes = 0;
  for (const index of order) {
    const value = values[index]!;
    const size = align(value.bytes);
    let offset = 0;
    for (const other of placed) {
      const { first, last, bytes: otherBytes } = values[other]!;
      if (first > value.last || last < value.first) continue;
      if (offset + size <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + align(otherBytes));
    }
    offsets[index] = offset;
    const position = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(position < 0 ? placed.length : position, 0, index);
    bytes = Math.max(bytes, offset + size);
  }
  return { offsets, bytes };
}

/** The largest sum of the bytes of values alive at one step: no placement can do with less. */
export function largestLiveSum(values: readonly Lifetime[], steps: number): number {
  let largest = 0;
  for (let step = 0; step < steps; step++) {
    const live = values.filter(({ first, last }) => first <= step && step <= last);
    largest = Math.max(
      largest,
      live.reduce((sum, { bytes }) => sum + align(bytes), 0),
    );
  }
  return largest;
}

function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
