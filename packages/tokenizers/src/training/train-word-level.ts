import { compareCodePoints } from './code-points.ts';

/** Settings of {@link trainWordLevel}, by the names of Hugging Face's `WordLevelTrainer`. */
export interface WordLevelTrainerOptions {
  /** Tokens wanted in all, special tokens included. */
  vocab_size: number;
  /** Words that occur less often get no token. */
  min_frequency: number;
  /** Tokens that take the first ids, in order. */
  special_tokens: readonly string[];
}

/**
 * Takes the most frequent words as vocabulary, those of equal counts by code points, as the Rust
 * library's `WordLevelTrainer` does.
 *
 * @param words - How often each word occurs.
 * @param options - Settings.
 * @returns Ids by token.
 */
export function trainWordLevel(
  words: ReadonlyMap<string, number>,
  options: WordLevelTrainerOptions,
): Map<string, number> {
  const frequent = [...words]
    .filter(([, count]) => count >= options.min_frequency)
    .sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
    .map(([word]) => word);
  const tokens = [...options.special_tokens, ...frequent].slice(0, options.vocab_size);
  return new Map(tokens.map((token, id) => [token, id]));
}
