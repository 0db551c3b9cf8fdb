import { NearestText } from './nearest.ts';
import type { TranslationPair } from './ui-strings.ts';

/** Translates a text by no more than a rule; what a model must beat. */
export type Baseline = (source: string) => string;

/** The baseline that leaves the text as it is: names, numbers and placeholders come out right. */
export const copyBaseline: Baseline = (source) => source;

/**
 * The baseline that answers with the translation of the nearest training source, by Jaccard
 * similarity of words (ties: the source with more words, then the earlier one). A text that shares
 * no word with any training source is copied.
 *
 * @param training - the pairs to look up in
 */
export function nearestBaseline(training: TranslationPair[]): Baseline {
  const nearest = new NearestText(training.map((pair) => pair.source));
  return (source) => training[nearest.find(source).index]?.target ?? source;
}
