import { checkOptions } from '@llm/nn';
import { lcsLength, lcsPlaces } from './common-subsequence.ts';
import { alignReferences, countMatches, countNgrams, type References } from './ngrams.ts';

/** The kinds of ROUGE: shared 1- and 2-grams, longest common subsequence of the text, and of its lines. */
export const rougeTypes = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

/** A kind of ROUGE. */
export type RougeType = (typeof rougeTypes)[number];

/** Options of `rouge`. */
export interface RougeOptions {
  /** The kinds that are computed. Default: all four. */
  readonly rouge_types?: readonly RougeType[];
}

/** One kind of ROUGE, each in [0, 1]. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly fmeasure: number;
}

/**
 * ROUGE of summaries (Lin, 2004), as Google's `rouge_score` without its stemmer: words are runs of `a`-`z` and digits
 * of the text in lower case; of several references the one with the best F-measure counts; the result is the mean
 * over texts. Lines are split at `\n` for `rougeLsum`.
 *
 * @throws Error where the counts differ, or there are no texts. @throws TypeError for another kind
 */
export function rouge(
  hypotheses: readonly string[],
  references: readonly References[],
  options: RougeOptions = {},
): Partial<Record<RougeType, RougeScore>> {
  checkOptions('rouge', options, ['rouge_types']);
  const { rouge_types = rougeTypes } = options;
  const pairs = alignReferences('rouge', hypotheses, references);
  if (pairs.length === 0) throw new RangeError('rouge: got no texts');
  const result: Partial<Record<RougeType, RougeScore>> = {};
  for (const type of rouge_types) {
    const score = Object.hasOwn(scorers, type) ? scorers[type] : undefined;
    if (!score) {
      throw new TypeError(`rouge: rouge_types are ${rougeTypes.join(', ')}: got '${type}'`);
    }
    const scores = pairs.map((pair) => {
      const candidates = pair.references.map((text) => score(text, pair.hypothesis));
      return candidates.reduce((best, each) => (each.fmeasure > best.fmeasure ? each : best));
    });
    const mean = (name: keyof RougeScore): number =>
      scores.reduce((sum, each) => sum + each[name], 0) / scores.length;
    result[type] = {
      precision: mean('precision'),
      recall: mean('recall'),
      fmeasure: mean('fmeasure'),
    };
  }
  return result;
}

type Scorer = (reference: string, hypothesis: string) => RougeScore;

const scorers: Record<RougeType, Scorer> = {
  rouge1: ngramScore(1),
  rouge2: ngramScore(2),
  rougeL: (reference, hypothesis) => {
    const [wanted, got] = [words(reference), words(hypothesis)];
    return scoreOf(lcsLength(wanted, got), got.length, wanted.length);
  },
  rougeLsum: (reference, hypothesis) => {
    const [wanted, got] = [lines(reference), lines(hypothesis)];
    const [left, right] = [countNgrams(wanted.flat(), 1, ''), countNgrams(got.flat(), 1, '')];
    let hits = 0;
    for (const line of wanted) {
      const places = new Set(got.flatMap((other) => lcsPlaces(line, other)));
      for (const word of [...places].sort((a, b) => a - b).map((place) => line[place]!)) {
        // A word counts at most as often as it occurs on either side.
        const [a, b] = [left.get(word) ?? 0, right.get(word) ?? 0];
        if (a === 0 || b === 0) continue;
        left.set(word, a - 1);
        right.set(word, b - 1);
        hits += 1;
      }
    }
    return scoreOf(hits, got.flat().length, wanted.flat().length);
  },
};

function ngramScore(order: number): Scorer {
  return (reference, hypothesis) => {
    const [wanted, got] = [words(reference), words(hypothesis)];
    const matches = countMatches(countNgrams(got, order, ' '), countNgrams(wanted, order, ' '));
    return scoreOf(matches, got.length - order + 1, wanted.length - order + 1);
  };
}

function scoreOf(matches: number, predicted: number, wanted: number): RougeScore {
  const precision = matches / Math.max(1, predicted);
  const recall = matches / Math.max(1, wanted);
  const sum = precision + recall;
  return { precision, recall, fmeasure: sum > 0 ? (2 * precision * recall) / sum : 0 };
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function lines(text: string): string[][] {
  return text.split('\n').map(words);
}
