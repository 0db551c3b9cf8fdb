/**
 * How much of a text repeats itself: the measures of Rae et al. 2021 ("Gopher"), appendix A.1.1.
 *
 * @module
 */

/** Shares of a text that are repeated, each in [0, 1]. */
export interface Repetition {
  /** Lines that occurred before, of all lines. */
  duplicate_lines: number;
  /** Paragraphs that occurred before, of all paragraphs. */
  duplicate_paragraphs: number;
  /** Characters in lines that occurred before. */
  duplicate_line_characters: number;
  /** Characters in paragraphs that occurred before. */
  duplicate_paragraph_characters: number;
  /** Characters in the occurrences of the most frequent run of 2, 3 and 4 words, if it occurs twice. */
  top_ngrams: readonly number[];
  /** Characters in runs of 5 to 10 words that occur more than once, each character counted once. */
  duplicate_ngrams: readonly number[];
}

/** Limits of the paper, in the order of {@link Repetition}. */
export const GOPHER_REPETITION: Repetition = {
  duplicate_lines: 0.3,
  duplicate_paragraphs: 0.3,
  duplicate_line_characters: 0.2,
  duplicate_paragraph_characters: 0.2,
  top_ngrams: [0.2, 0.18, 0.16],
  duplicate_ngrams: [0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
};

/**
 * Measures the repetition in a text; its words are taken at lower case.
 *
 * @param words - The words of the text, in order.
 */
export function measureRepetition(text: string, words: readonly string[]): Repetition {
  const lines = repeatedParts(text, /\n+/);
  const paragraphs = repeatedParts(text, /\n{2,}/);
  const lower = words.map((word) => word.toLowerCase());
  const ids = wordIds(lower);
  const lengths = lower.map((word) => word.length);
  const characters = Math.max(
    1,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  return {
    duplicate_lines: lines.share,
    duplicate_paragraphs: paragraphs.share,
    duplicate_line_characters: lines.characters,
    duplicate_paragraph_characters: paragraphs.characters,
    top_ngrams: [2, 3, 4].map((size) => topNgram(ids, lengths, size) / characters),
    duplicate_ngrams: [5, 6, 7, 8, 9, 10].map(
      (size) => duplicateNgrams(ids, lengths, size) / characters,
    ),
  };
}

function repeatedParts(text: string, separator: RegExp): { share: number; characters: number } {
  const parts = text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const seen = new Set<string>();
  let repeated = 0;
  let characters = 0;
  let all = 0;
  for (const part of parts) {
    all += part.length;
    if (seen.has(part)) {
      repeated++;
      characters += part.length;
    } else {
      seen.add(part);
    }
  }
  return { share: repeated / Math.max(1, parts.length), characters: characters / Math.max(1, all) };
}

/** A number for each word, equal words the same. */
function wordIds(words: readonly string[]): Int32Array {
  const ids = new Map<string, number>();
  return Int32Array.from(words, (word) => {
    const id = ids.get(word) ?? ids.size;
    ids.set(word, id);
    return id;
  });
}

/** The runs of `size` words, as keys; the first place and the number of each. */
function countNgrams(ids: Int32Array, size: number): Map<string, { at: number; count: number }> {
  const found = new Map<string, { at: number; count: number }>();
  for (let at = 0; at + size <= ids.length; at++) {
    const key = ids.subarray(at, at + size).join(' ');
    const ngram = found.get(key);
    if (ngram) ngram.count++;
    else found.set(key, { at, count: 1 });
  }
  return found;
}

function lengthOf(lengths: readonly number[], at: number, size: number): number {
  let sum = 0;
  for (let word = at; word < at + size; word++) sum += lengths[word]!;
  return sum;
}

function topNgram(ids: Int32Array, lengths: readonly number[], size: number): number {
  let most = 1;
  let characters = 0;
  for (const { at, count } of countNgrams(ids, size).values()) {
    if (count < most || count < 2) continue;
    const covered = count * lengthOf(lengths, at, size);
    characters = count > most ? covered : Math.max(characters, covered);
    most = count;
  }
  // Overlapping occurrences ("ha ha ha") would count characters twice.
  return Math.min(characters, lengthOf(lengths, 0, lengths.length));
}

function duplicateNgrams(ids: Int32Array, lengths: readonly number[], size: number): number {
  const counts = countNgrams(ids, size);
  let characters = 0;
  let counted = 0;
  for (let at = 0; at + size <= ids.length; at++) {
    if (counts.get(ids.subarray(at, at + size).join(' '))!.count < 2) continue;
    const from = Math.max(at, counted);
    characters += lengthOf(lengths, from, at + size - from);
    counted = at + size;
  }
  return characters;
}
