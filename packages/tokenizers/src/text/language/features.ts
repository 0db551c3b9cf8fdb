/**
 * What the language model sees of a text: the counts of its character n-grams, hashed. The trainer and the
 * identifier share this file, so that they cannot disagree.
 *
 * @module
 */

/** Buckets that n-grams are hashed into; a power of two. */
export const BUCKETS = 4096;

/** The longest n-gram, in code points. */
export const LONGEST_NGRAM = 4;

const NOT_LETTERS = /[^\p{L}\p{M}]+/gu;

/**
 * The letters of a text: NFC, lower case, one space between words and at both ends; everything else (digits,
 * punctuation, symbols) tells no language.
 */
export function lettersOf(text: string): string {
  const words = text.normalize('NFC').toLowerCase().replace(NOT_LETTERS, ' ').trim();
  return words === '' ? '' : ` ${words} `;
}

/**
 * Counts of hashed n-grams of 1 to {@link LONGEST_NGRAM} code points, scaled to a Euclidean length of 1.
 *
 * @param letters - From {@link lettersOf}.
 * @returns Bucket to value; empty for a text without letters.
 */
export function hashedNgrams(letters: string): Map<number, number> {
  const points = Array.from(letters, (character) => character.codePointAt(0)!);
  const counts = new Map<number, number>();
  for (let start = 0; start < points.length; start++) {
    let hash = 0x811c9dc5;
    const end = Math.min(start + LONGEST_NGRAM, points.length);
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ points[at]!, 0x01000193);
      hash ^= hash >>> 15;
      // A lone space says nothing.
      if (at === start && points[at] === 0x20) continue;
      const bucket = (Math.imul(hash, 0x2c1b3c6d) >>> 16) & (BUCKETS - 1);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
  }
  let squares = 0;
  for (const count of counts.values()) squares += count * count;
  const scale = 1 / Math.sqrt(squares);
  for (const [bucket, count] of counts) counts.set(bucket, count * scale);
  return counts;
}
