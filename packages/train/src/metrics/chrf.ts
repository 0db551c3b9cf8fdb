import {
  alignReferences,
  countMatches,
  countNgrams,
  type NgramCounts,
  type References,
  withDefaults,
} from './ngrams.ts';
import { splitWords } from './word-tokenizers.ts';

/** How chrF is counted. */
export interface ChrfOptions {
  /** Longest n-gram of characters. Default 6. */
  characterOrder?: number;
  /** Longest n-gram of words. Default 0; 2 makes it chrF++. */
  wordOrder?: number;
  /** How many times more recall weighs than precision. Default 2. */
  beta?: number;
  /** Count letters of both cases as equal. Default false. */
  lowercase?: boolean;
  /** Count whitespace as characters. Default false. */
  whitespace?: boolean;
}

/** chrF and the averages it is made of. */
export interface ChrfResult {
  /** F score in [0, 100]. */
  score: number;
  /** Precision in [0, 100], the mean over the orders that occur on both sides. */
  precision: number;
  /** Recall in [0, 100], the mean over the same orders. */
  recall: number;
}

const defaults: Required<ChrfOptions> = {
  characterOrder: 6,
  wordOrder: 0,
  beta: 2,
  lowercase: false,
  whitespace: false,
};

/** Counts of one order: n-grams in the hypothesis, in the reference, in both. */
type OrderCounts = { hypothesis: number; reference: number; matches: number };

/**
 * chrF of a corpus (Popović, 2015), the F score of character n-grams, as sacreBLEU computes it;
 * with `wordOrder: 2` it is chrF++. Of several references the one with the best F score counts.
 *
 * @param hypotheses - translations, one per text
 * @param references - per text one reference or several
 * @param options - see {@link ChrfOptions}
 * @throws Error where the counts differ, or for an unknown or unusable option
 */
export function corpusChrf(
  hypotheses: readonly string[],
  references: readonly References[],
  options: ChrfOptions = {},
): ChrfResult {
  const checked = withDefaults('corpusChrf', defaults, options);
  for (const [name, least] of [
    ['characterOrder', 1],
    ['wordOrder', 0],
  ] as const) {
    if (!Number.isInteger(checked[name]) || checked[name] < least) {
      throw new Error(
        `corpusChrf: ${name} must be an integer of at least ${least}, got ${checked[name]}`,
      );
    }
  }
  if (!(checked.beta > 0)) {
    throw new Error(`corpusChrf: beta must be positive, got ${checked.beta}`);
  }
  const sum: OrderCounts[] = Array.from(
    { length: checked.characterOrder + checked.wordOrder },
    () => ({ hypothesis: 0, reference: 0, matches: 0 }),
  );
  for (const pair of alignReferences('corpusChrf', hypotheses, references)) {
    const hypothesis = ngramsOf(pair.hypothesis, checked);
    const candidates = pair.references.map((text) => compare(hypothesis, ngramsOf(text, checked)));
    const best = candidates.reduce((a, b) =>
      scoreOf(b, checked.beta).score > scoreOf(a, checked.beta).score ? b : a,
    );
    for (const [index, counts] of best.entries()) {
      const total = sum[index]!;
      total.hypothesis += counts.hypothesis;
      total.reference += counts.reference;
      total.matches += counts.matches;
    }
  }
  return scoreOf(sum, checked.beta);
}

/**
 * chrF of one sentence.
 *
 * @param hypothesis - a translation
 * @param references - its reference or references
 * @param options - see {@link ChrfOptions}
 */
export function sentenceChrf(
  hypothesis: string,
  references: References,
  options: ChrfOptions = {},
): ChrfResult {
  return corpusChrf([hypothesis], [references], options);
}

/** n-grams of characters by order, then those of words. */
function ngramsOf(text: string, options: Required<ChrfOptions>): NgramCounts[] {
  const cased = options.lowercase ? text.toLowerCase() : text;
  const characters = Array.from(options.whitespace ? cased : splitWords(cased).join(''));
  const words = separatePunctuation(cased);
  return [
    ...ordersUpTo(options.characterOrder).map((order) => countNgrams(characters, order, '')),
    ...ordersUpTo(options.wordOrder).map((order) => countNgrams(words, order, ' ')),
  ];
}

const ordersUpTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

const punctuation = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** Takes one punctuation mark off the end of each word, or else off its beginning, as chrF++ does. */
function separatePunctuation(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    const characters = Array.from(word);
    if (characters.length === 1) return [word];
    const last = characters.at(-1)!;
    if (punctuation.has(last)) return [word.slice(0, -last.length), last];
    const first = characters[0]!;
    return punctuation.has(first) ? [first, word.slice(first.length)] : [word];
  });
}

const total = (counts: NgramCounts): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

function compare(hypothesis: NgramCounts[], reference: NgramCounts[]): OrderCounts[] {
  return hypothesis.map((counts, index) => {
    const expected = reference[index]!;
    return {
      // An order the reference is too short for does not count against the hypothesis.
      hypothesis: expected.size > 0 ? total(counts) : 0,
      reference: total(expected),
      matches: countMatches(counts, expected),
    };
  });
}

function scoreOf(orders: OrderCounts[], beta: number): ChrfResult {
  const counted = orders.filter((order) => order.hypothesis > 0 && order.reference > 0);
  const mean = (side: 'hypothesis' | 'reference'): number =>
    counted.reduce((sum, order) => sum + order.matches / order[side], 0) / (counted.length || 1);
  const precision = mean('hypothesis');
  const recall = mean('reference');
  const factor = beta ** 2;
  const score =
    precision + recall > 0
      ? ((1 + factor) * precision * recall) / (factor * precision + recall)
      : 0;
  return { score: 100 * score, precision: 100 * precision, recall: 100 * recall };
}
