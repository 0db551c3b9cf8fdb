import {
  alignReferences,
  countMatches,
  countNgrams,
  type NgramCounts,
  type References,
  withDefaults,
} from './ngrams.ts';
import { type BleuTokenizer, bleuTokenizer, trimEnd } from './word-tokenizers.ts';

/** How BLEU is counted. */
export interface BleuOptions {
  /** How text is cut into words. Default `13a`. */
  tokenize?: BleuTokenizer;
  /** Count letters of both cases as equal. Default false. */
  lowercase?: boolean;
  /**
   * Leave out orders longer than the hypothesis. Default false for a corpus, true for a sentence.
   */
  effectiveOrder?: boolean;
}

/** BLEU and what it is made of. */
export interface BleuResult {
  /** BLEU in [0, 100]: brevity penalty × geometric mean of the precisions. */
  score: number;
  /** Precision of 1-, 2-, 3- and 4-grams in [0, 100], smoothed where there is no match. */
  precisions: number[];
  /** exp(1 − referenceLength / hypothesisLength) where the hypotheses are shorter, else 1. */
  brevityPenalty: number;
  /** Words in the hypotheses. */
  hypothesisLength: number;
  /** Words in the references, of each hypothesis the one nearest in length. */
  referenceLength: number;
}

const maxOrder = 4;

/** Sums over a corpus from which BLEU is computed. */
interface BleuStatistics {
  hypothesisLength: number;
  referenceLength: number;
  matches: number[];
  totals: number[];
}

/**
 * BLEU of a corpus (Papineni et al., 2002), the same number that sacreBLEU prints with its defaults:
 * `13a` words, up to 4-grams, exponential smoothing (each order without a match counts as
 * 1/(2^k · total), k the number of such orders so far).
 *
 * @param hypotheses - translations, one per text
 * @param references - per text one reference or several
 * @param options - see {@link BleuOptions}
 * @throws Error where the counts differ, or for an unknown option or tokenizer
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly References[],
  options: BleuOptions = {},
): BleuResult {
  const checked = withDefaults('corpusBleu', defaults, options);
  const sum: BleuStatistics = {
    hypothesisLength: 0,
    referenceLength: 0,
    matches: new Array(maxOrder).fill(0),
    totals: new Array(maxOrder).fill(0),
  };
  const tokenize = bleuTokenizer(checked.tokenize);
  const words = (text: string): string[] =>
    tokenize(trimEnd(checked.lowercase ? text.toLowerCase() : text));
  for (const pair of alignReferences('corpusBleu', hypotheses, references)) {
    addStatistics(sum, words(pair.hypothesis), pair.references.map(words));
  }
  return scoreOf(sum, checked.effectiveOrder);
}

/**
 * BLEU of one sentence: as {@link corpusBleu}, but orders longer than the sentence do not count.
 *
 * @param hypothesis - a translation
 * @param references - its reference or references
 * @param options - see {@link BleuOptions}
 * @throws Error for an unknown option or tokenizer
 */
export function sentenceBleu(
  hypothesis: string,
  references: References,
  options: BleuOptions = {},
): BleuResult {
  return corpusBleu([hypothesis], [references], { effectiveOrder: true, ...options });
}

const defaults: Required<BleuOptions> = {
  tokenize: '13a',
  lowercase: false,
  effectiveOrder: false,
};

function addStatistics(sum: BleuStatistics, hypothesis: string[], references: string[][]): void {
  sum.hypothesisLength += hypothesis.length;
  sum.referenceLength += closestLength(
    hypothesis.length,
    references.map((reference) => reference.length),
  );
  for (let order = 1; order <= maxOrder; order++) {
    const best = unionOfCounts(references.map((words) => countNgrams(words, order, ' ')));
    sum.matches[order - 1]! += countMatches(countNgrams(hypothesis, order, ' '), best);
    sum.totals[order - 1]! += Math.max(0, hypothesis.length - order + 1);
  }
}

/** Of several lengths the one nearest to `length`; of two equally near the shorter. */
function closestLength(length: number, candidates: number[]): number {
  return candidates.reduce((best, candidate) => {
    const nearer = Math.abs(candidate - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && candidate < best) ? candidate : best;
  });
}

/** Each n-gram as often as it occurs in the reference that has it most. */
function unionOfCounts(all: NgramCounts[]): NgramCounts {
  const union: NgramCounts = new Map();
  for (const counts of all) {
    for (const [ngram, count] of counts) {
      union.set(ngram, Math.max(union.get(ngram) ?? 0, count));
    }
  }
  return union;
}

function scoreOf(sum: BleuStatistics, effectiveOrder: boolean): BleuResult {
  const { hypothesisLength, referenceLength, matches, totals } = sum;
  const precisions: number[] = new Array(maxOrder).fill(0);
  let brevityPenalty = 1;
  if (hypothesisLength < referenceLength) {
    brevityPenalty = hypothesisLength > 0 ? Math.exp(1 - referenceLength / hypothesisLength) : 0;
  }
  const result = { precisions, brevityPenalty, hypothesisLength, referenceLength };
  if (matches.every((count) => count === 0)) return { score: 0, ...result };
  let orders = maxOrder;
  let smoothing = 1;
  for (let index = 0; index < maxOrder && totals[index]! > 0; index++) {
    if (effectiveOrder) orders = index + 1;
    if (matches[index] === 0) smoothing *= 2;
    precisions[index] = (100 * (matches[index] || 1 / smoothing)) / totals[index]!;
  }
  const logarithms = precisions.slice(0, orders).map(Math.log);
  const mean = logarithms.reduce((total, value) => total + value, 0) / orders;
  return { score: brevityPenalty * Math.exp(mean), ...result };
}
