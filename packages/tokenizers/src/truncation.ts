import { cutEncoding, type Encoding, type Side } from './encoding.ts';

/** Which input of a pair is cut: the longer one, the first, the second. */
export type TruncationStrategy = 'longest_first' | 'only_first' | 'only_second';

/**
 * Cuts one input or a pair so that together they have at most `maxLength` tokens, as the Rust
 * library does (tokenizers/src/utils/truncation.rs).
 *
 * @param first - The first input.
 * @param second - The second input of a pair.
 * @param maxLength - Tokens that may remain, before special tokens are added.
 * @param strategy - Which input is cut.
 * @param side - Which end is cut off.
 * @returns Both inputs, cut.
 * @throws Error if the input that may be cut is missing, or too short to cut enough.
 */
export function truncatePair(
  first: Encoding,
  second: Encoding | undefined,
  maxLength: number,
  strategy: TruncationStrategy,
  side: Side,
): [Encoding, Encoding | undefined] {
  const lengths = [first.ids.length, second?.ids.length ?? 0] as const;
  const excess = lengths[0] + lengths[1] - maxLength;
  if (excess <= 0) return [first, second];
  if (maxLength === 0 || strategy === 'longest_first') {
    const [a, b] = shareLength(lengths[0], lengths[1], maxLength, second !== undefined);
    return [cutEncoding(first, a, side), second && cutEncoding(second, b, side)];
  }
  const target = strategy === 'only_first' ? first : second;
  if (target === undefined) {
    throw new Error(
      "truncation 'only_second': there is no text_pair to cut; give one, or use true",
    );
  }
  const left = target.ids.length - excess;
  if (left <= 0) {
    throw new Error(
      `truncation '${strategy}': ${excess} tokens too many for max_length, the input that may be cut has ${target.ids.length}; use 'longest_first' or a larger max_length`,
    );
  }
  const cut = cutEncoding(target, left, side);
  return strategy === 'only_first' ? [cut, second] : [first, cut];
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
