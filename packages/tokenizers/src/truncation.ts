import type { Encoding, Side } from './encoding.ts';

/** Which input of a pair is cut: the longer one, the first, the second. */
export type TruncationStrategy = 'longest_first' | 'only_first' | 'only_second';

/** How an input that is too long is cut. */
export interface Truncation {
  /** Tokens that may remain, special tokens included. */
  maxLength: number;
  /** Which input of a pair is cut. */
  strategy: TruncationStrategy;
  /** Which end is cut off. */
  side: Side;
  /** Tokens that each window of what is cut off shares with the one before it; 0 if absent. */
  stride?: number;
}

/**
 * Cuts one input or a pair so that together they have at most `maxLength` tokens, as the Rust
 * library does (tokenizers/src/utils/truncation.rs).
 *
 * @param first - The first input.
 * @param second - The second input of a pair.
 * @param truncation - How to cut; `maxLength` without special tokens.
 * @returns Both inputs, cut.
 * @throws Error if the input that may be cut is missing or too short to cut enough, or the stride
 *   is not below the tokens that remain.
 */
export function truncatePair(
  first: Encoding,
  second: Encoding | undefined,
  truncation: Truncation,
): [Encoding, Encoding | undefined] {
  const { maxLength, strategy } = truncation;
  const cut = (encoding: Encoding, length: number) => cutEncoding(encoding, length, truncation);
  const lengths = [first.length, second?.length ?? 0] as const;
  const excess = lengths[0] + lengths[1] - maxLength;
  if (excess <= 0) return [first, second];
  if (maxLength === 0 || strategy === 'longest_first') {
    const [a, b] = shareLength(lengths[0], lengths[1], maxLength, second !== undefined);
    return [cut(first, a), second && cut(second, b)];
  }
  const target = strategy === 'only_first' ? first : second;
  if (target === undefined) {
    throw new Error(
      "truncation 'only_second': there is no text_pair to cut; give one, or use true",
    );
  }
  const left = target.length - excess;
  if (left <= 0) {
    throw new Error(
      `truncation '${strategy}': ${excess} tokens too many for max_length, the input that may be cut has ${target.length}; use 'longest_first' or a larger max_length`,
    );
  }
  return strategy === 'only_first' ? [cut(first, left), second] : [first, cut(target, left)];
}

/** How many tokens each of two inputs keeps when the longer one is cut first. */
function shareLength(
  first: number,
  second: number,
  maxLength: number,
  isPair: boolean,
): [number, number] {
  if (!isPair) return [maxLength, 0];
  let shorter = Math.min(first, second);
  let longer = shorter > maxLength ? shorter : Math.max(shorter, maxLength - shorter);
  if (shorter + longer > maxLength) {
    shorter = Math.floor(maxLength / 2);
    longer = shorter + (maxLength % 2);
  }
  return first > second ? [longer, shorter] : [shorter, longer];
}

/** The first window of `length` tokens; the others overflow from it. */
function cutEncoding(encoding: Encoding, length: number, truncation: Truncation): Encoding {
  const { side, stride = 0 } = truncation;
  const count = encoding.length;
  if (count <= length) return encoding;
  if (length === 0) {
    const nothing = encoding.slice(0, 0);
    nothing.overflowing = [encoding];
    return nothing;
  }
  if (stride >= length) {
    throw new Error(
      `truncation: stride is ${stride}, but only ${length} tokens of the text remain in max_length; it must be less`,
    );
  }
  const windows: Encoding[] = [];
  for (let from = 0; ; from += length - stride) {
    const to = Math.min(count, from + length);
    windows.push(
      side === 'right' ? encoding.slice(from, to) : encoding.slice(count - to, count - from),
    );
    if (to === count) break;
  }
  const [first, ...rest] = windows;
  first!.overflowing = rest;
  return first!;
}
