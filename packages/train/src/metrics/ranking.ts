import { checkOptions } from '@llm/nn';
import { checkPairs, type Label } from './labels.ts';

/** What is relevant to a query: documents, or documents with how much (0: not at all). */
export type Relevance = Iterable<Label> | ReadonlyMap<Label, number>;

/** Options of the metrics of ranked lists. */
export interface RankingOptions {
  /** How many documents from the top count. Default: all of each list. */
  readonly k?: number;
}

/**
 * Mean reciprocal rank: 1 / the place of the first relevant document, 0 where none is among the first k.
 *
 * @param rankings documents found for each query, best first
 * @param relevant what is relevant to each query
 * @throws RangeError where the counts differ or are 0, a document is listed twice, or a query has nothing relevant
 */
export function meanReciprocalRank(
  rankings: readonly (readonly Label[])[],
  relevant: readonly Relevance[],
  options: RankingOptions = {},
): number {
  return mean('meanReciprocalRank', rankings, relevant, options, (gains) => {
    const first = gains.findIndex((gain) => gain > 0);
    return first < 0 ? 0 : 1 / (first + 1);
  });
}

/**
 * Mean average precision: of each query the mean of the precisions at the places of relevant documents, over
 * min(k, relevant documents), as sentence-transformers' MAP@k. Parameters as of `meanReciprocalRank`.
 */
export function meanAveragePrecision(
  rankings: readonly (readonly Label[])[],
  relevant: readonly Relevance[],
  options: RankingOptions = {},
): number {
  return mean('meanAveragePrecision', rankings, relevant, options, (gains, wanted, k) => {
    let found = 0;
    let sum = 0;
    for (const [index, gain] of gains.entries()) {
      if (gain <= 0) continue;
      found += 1;
      sum += found / (index + 1);
    }
    return sum / Math.min(k, wanted.length);
  });
}

/**
 * Normalized discounted cumulative gain: Σ gain / log₂(place + 1) over that of the best order, with scikit-learn's
 * linear gains. Parameters as of `meanReciprocalRank`.
 */
export function ndcg(
  rankings: readonly (readonly Label[])[],
  relevant: readonly Relevance[],
  options: RankingOptions = {},
): number {
  const discounted = (gains: readonly number[]): number =>
    gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
  return mean('ndcg', rankings, relevant, options, (gains, wanted, k) => {
    const ideal = [...wanted].sort((a, b) => b - a).slice(0, k);
    return discounted(gains) / discounted(ideal);
  });
}

/** Mean over queries of a score of the gains of the first k documents, and of all relevant ones. */
function mean(
  metric: string,
  rankings: readonly (readonly Label[])[],
  relevant: readonly Relevance[],
  options: RankingOptions,
  score: (gains: readonly number[], wanted: readonly number[], k: number) => number,
): number {
  checkOptions(metric, options, ['k']);
  const { k = Number.MAX_SAFE_INTEGER } = options;
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`${metric}: k must be a whole number from 1: got ${k}`);
  }
  checkPairs(metric, rankings, relevant);
  const scores = rankings.map((ranking, query) => {
    if (new Set(ranking).size < ranking.length) {
      throw new RangeError(`${metric}: the ranking of query ${query} lists a document twice`);
    }
    const gains = gainsOf(metric, relevant[query]!, query);
    const found = ranking.slice(0, k).map((document) => gains.get(document) ?? 0);
    return score(found, [...gains.values()], k);
  });
  return scores.reduce((sum, each) => sum + each, 0) / scores.length;
}

function gainsOf(metric: string, relevance: Relevance, query: number): Map<Label, number> {
  const entries: Iterable<readonly [Label, number]> =
    relevance instanceof Map
      ? relevance
      : Array.from(relevance as Iterable<Label>, (id) => [id, 1]);
  const gains = new Map([...entries].filter(([, gain]) => gain !== 0));
  for (const [document, gain] of gains) {
    if (!(gain > 0 && Number.isFinite(gain))) {
      throw new RangeError(
        `${metric}: the gain of '${document}' for query ${query} must be at least 0: got ${gain}`,
      );
    }
  }
  if (gains.size === 0) throw new RangeError(`${metric}: query ${query} has nothing relevant`);
  return gains;
}
