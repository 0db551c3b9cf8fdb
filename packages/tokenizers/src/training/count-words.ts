import { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from '../normalizers/normalizer.ts';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.ts';
import { BREAK_AFTER_MS, macrotask, type TrainingProgress } from './progress.ts';

/** Texts between two looks at the clock. */
const TEXTS_PER_LOOK = 100;

/**
 * Counts the words that a model would see in a corpus.
 *
 * @param texts - The corpus, piece by piece.
 * @param normalizer - Applied to each piece.
 * @param preTokenizer - Splits each piece into words; without one a piece is a word.
 * @param report - Called now and then.
 * @returns How often each word occurs, in the order of their first occurrence.
 */
export async function countWords(
  texts: Iterable<string> | AsyncIterable<string>,
  normalizer: Pick<Normalizer, 'normalize'> | undefined,
  preTokenizer: PreTokenizer | undefined,
  report?: (progress: TrainingProgress) => void,
): Promise<Map<string, number>> {
  const words = new Map<string, number>();
  let read = 0;
  let rested = Date.now();
  for await (const text of texts) {
    if (typeof text !== 'string') {
      throw new Error(`training: text ${read}: got ${typeof text}, wants a string`);
    }
    const normalized = normalizer?.normalize(text) ?? text;
    for (const word of wordsOf(normalized, preTokenizer)) {
      words.set(word, (words.get(word) ?? 0) + 1);
    }
    if (++read % TEXTS_PER_LOOK === 0 && Date.now() - rested >= BREAK_AFTER_MS) {
      report?.({ stage: 'count words', done: read });
      await macrotask();
      rested = Date.now();
    }
  }
  report?.({ stage: 'count words', done: read });
  return words;
}

function wordsOf(text: string, preTokenizer: PreTokenizer | undefined): string[] {
  if (preTokenizer === undefined) return [text];
  if (!preTokenizer.dependsOnPlace || preTokenizer.halves) return preTokenizer.preTokenize(text);
  return preTokenizer.align(AlignedText.of(text)).map((word) => word.text);
}
