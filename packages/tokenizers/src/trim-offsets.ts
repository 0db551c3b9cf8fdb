import type { Offsets } from './encoding.ts';
import { isSpace } from './white-space.ts';

/** A space in the byte alphabet. */
const BYTE_SPACE = 'Ġ'.charCodeAt(0);

/**
 * Leaves the spaces at the ends of byte-level tokens out of their offsets, as the Rust library does.
 *
 * @param offsets - What to change.
 * @param tokens - The tokens.
 * @param addPrefixSpace - Whether one space at the beginning was added and is not there.
 */
export function trimOffsets(
  offsets: Offsets[],
  tokens: readonly string[],
  addPrefixSpace: boolean,
): void {
  for (let i = 0; i < offsets.length; i++) {
    const token = tokens[i]!;
    let [start, end] = offsets[i]!;
    let leading = countSpaces(token, 0, 1);
    const trailing = countSpaces(token, token.length - 1, -1);
    if (leading === 0 && trailing === 0) continue;
    if (leading === 1 && addPrefixSpace && (i === 0 || start === 0)) leading = 0;
    start = Math.min(start + leading, end);
    if (trailing > 0 && end >= trailing) end = Math.max(end - trailing, start);
    offsets[i] = [start, end];
  }
}

function countSpaces(token: string, from: number, step: 1 | -1): number {
  let count = 0;
  for (let i = from; i >= 0 && i < token.length; i += step) {
    const unit = token.charCodeAt(i);
    if (unit !== BYTE_SPACE && !isSpace(unit)) break;
    count++;
  }
  return count;
}
