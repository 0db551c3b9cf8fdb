import { checkOptions } from '@llm/nn';
import { countMatches, countNgrams } from './ngrams.ts';
import { splitWords } from './word-tokenizers.ts';

/** A question's gold answers; none for a question without an answer. */
export interface SquadReference {
  readonly id: string;
  readonly answers: { readonly text: readonly string[] };
}

/** A predicted answer; `''` says that there is none. */
export interface SquadPrediction {
  readonly id: string;
  readonly prediction_text: string;
}

/** Options of `squad`. */
export interface SquadOptions {
  /** Whether questions may have no answer, as in SQuAD 2. Default false: such a reference is an error. */
  readonly version_2_with_negative?: boolean;
}

/** Scores in [0, 100]. */
export interface SquadResult {
  /** Share of predictions equal to a gold answer. */
  readonly exact_match: number;
  /** Mean overlap of words with the best gold answer. */
  readonly f1: number;
  /** Number of questions. */
  readonly total: number;
  /** Questions without a prediction; they count 0. */
  readonly missing: number;
  /** The same over questions that have an answer, and over those that have none; only with `version_2_with_negative`. */
  readonly has_answer?: {
    readonly exact_match: number;
    readonly f1: number;
    readonly total: number;
  };
  readonly no_answer?: {
    readonly exact_match: number;
    readonly f1: number;
    readonly total: number;
  };
}

/**
 * Exact match and F1 of answers (Rajpurkar et al., 2016), as the official script: case, punctuation, articles and
 * extra space do not count; of several gold answers the best counts.
 *
 * @throws RangeError for two entries of one id, a prediction of no question, or a question without answers in version 1
 */
export function squad(
  predictions: readonly SquadPrediction[],
  references: readonly SquadReference[],
  options: SquadOptions = {},
): SquadResult {
  checkOptions('squad', options, ['version_2_with_negative']);
  const { version_2_with_negative: hasNegatives = false } = options;
  if (references.length === 0) throw new RangeError('squad: got no references');
  const texts = byId('prediction', predictions);
  const known = byId('reference', references);
  const stranger = predictions.find(({ id }) => !known.has(id));
  if (stranger) throw new RangeError(`squad: the prediction '${stranger.id}' is of no question`);
  const scored = references.map(({ id, answers }) => {
    const given = hasNegatives
      ? answers.text.filter((text) => normalize(text) !== '')
      : answers.text;
    if (given.length === 0 && !hasNegatives) {
      throw new RangeError(
        `squad: the question '${id}' has no answer; set version_2_with_negative if that may be`,
      );
    }
    const golds = given.length > 0 ? given : [''];
    const text = texts.get(id)?.prediction_text;
    return {
      hasAnswer: given.length > 0,
      exact: text === undefined ? 0 : Math.max(...golds.map((gold) => exact(text, gold))),
      f1: text === undefined ? 0 : Math.max(...golds.map((gold) => f1(text, gold, hasNegatives))),
    };
  });
  const summarize = (rows: typeof scored) => ({
    exact_match: (100 * rows.reduce((sum, row) => sum + row.exact, 0)) / (rows.length || 1),
    f1: (100 * rows.reduce((sum, row) => sum + row.f1, 0)) / (rows.length || 1),
    total: rows.length,
  });
  return {
    ...summarize(scored),
    missing: references.filter(({ id }) => !texts.has(id)).length,
    ...(hasNegatives && {
      has_answer: summarize(scored.filter(({ hasAnswer }) => hasAnswer)),
      no_answer: summarize(scored.filter(({ hasAnswer }) => !hasAnswer)),
    }),
  };
}

function byId<Entry extends { readonly id: string }>(
  what: string,
  entries: readonly Entry[],
): Map<string, Entry> {
  const result = new Map<string, Entry>();
  for (const entry of entries) {
    if (result.has(entry.id)) throw new RangeError(`squad: two ${what}s of '${entry.id}'`);
    result.set(entry.id, entry);
  }
  return result;
}

/** Articles between what Python's `\b` takes for word boundaries; JavaScript's knows ASCII only. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

function normalize(text: string): string {
  const bare = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, '');
  return splitWords(bare.replace(articles, ' ')).join(' ');
}

function exact(prediction: string, gold: string): number {
  return normalize(prediction) === normalize(gold) ? 1 : 0;
}

function f1(prediction: string, gold: string, hasNegatives: boolean): number {
  const [got, wanted] = [splitWords(normalize(prediction)), splitWords(normalize(gold))];
  if (hasNegatives && (got.length === 0 || wanted.length === 0)) {
    return got.length === wanted.length ? 1 : 0;
  }
  const shared = countMatches(countNgrams(got, 1, ''), countNgrams(wanted, 1, ''));
  return shared === 0 ? 0 : (2 * shared) / (got.length + wanted.length);
}
