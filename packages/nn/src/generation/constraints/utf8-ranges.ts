import type { CharacterRange } from './expression.ts';

/** Bytes from the first to the last, both included. */
export type ByteRange = readonly [first: number, last: number];

/** The last code point of each length in UTF-8. */
const lastOfLength = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/**
 * The UTF-8 bytes of a range of characters: sequences of byte ranges, each standing for all combinations.
 *
 * @param range without halves of surrogate pairs
 */
export function utf8Ranges([first, last]: CharacterRange): ByteRange[][] {
  for (const limit of lastOfLength) {
    // Characters of several lengths are taken apart.
    if (first <= limit && last > limit) {
      return [...utf8Ranges([first, limit]), ...utf8Ranges([limit + 1, last])];
    }
  }
  return split(bytesOf(first), bytesOf(last));
}

/** Combinations between two sequences of bytes of one length. */
function split(first: readonly number[], last: readonly number[]): ByteRange[][] {
  const [low, ...lowRest] = first as [number, ...number[]];
  const [high, ...highRest] = last as [number, ...number[]];
  if (lowRest.length === 0) return [[[low, high]]];
  const least = lowRest.map(() => 0x80);
  const most = lowRest.map(() => 0xbf);
  if (low === high) return split(lowRest, highRest).map((rest) => [[low, high], ...rest]);
  const result: ByteRange[][] = [];
  let [from, to] = [low, high];
  const startsWhole = lowRest.every((byte) => byte === 0x80);
  const endsWhole = highRest.every((byte) => byte === 0xbf);
  if (!startsWhole) {
    result.push(...split(lowRest, most).map((rest): ByteRange[] => [[low, low], ...rest]));
    from++;
  }
  if (!endsWhole) to--;
  if (from <= to) {
    const any = least.map((byte, i): ByteRange => [byte, most[i]!]);
    result.push([[from, to], ...any]);
  }
  if (!endsWhole) {
    result.push(...split(least, highRest).map((rest): ByteRange[] => [[high, high], ...rest]));
  }
  return result;
}

function bytesOf(point: number): number[] {
  return [...new TextEncoder().encode(String.fromCodePoint(point))];
}
