import { checkFinite, checkPairs } from './labels.ts';
import { meanRanks } from './ranks.ts';

/**
 * Pearson's correlation in [−1, 1], of predicted with wanted numbers.
 *
 * @returns NaN where one side is constant, as scipy's `pearsonr`
 * @throws RangeError where the counts differ, are below 2, or a number is not finite
 */
export function pearson(predictions: ArrayLike<number>, references: ArrayLike<number>): number {
  return correlation('pearson', predictions, references, (values) => values);
}

/**
 * Spearman's rank correlation in [−1, 1]: Pearson's of the ranks, ties sharing the mean of theirs.
 *
 * @returns NaN where one side is constant, as scipy's `spearmanr`
 * @throws RangeError where the counts differ, are below 2, or a number is not finite
 */
export function spearman(predictions: ArrayLike<number>, references: ArrayLike<number>): number {
  return correlation('spearman', predictions, references, meanRanks);
}

function correlation(
  metric: string,
  predictions: ArrayLike<number>,
  references: ArrayLike<number>,
  prepare: (values: ArrayLike<number>) => ArrayLike<number>,
): number {
  checkPairs(metric, predictions, references);
  if (predictions.length < 2) throw new RangeError(`${metric}: wants at least 2 pairs: got 1`);
  checkFinite(metric, 'prediction', predictions);
  checkFinite(metric, 'reference', references);
  const x = centered(prepare(predictions));
  const y = centered(prepare(references));
  const product = dot(x, y) / Math.sqrt(dot(x, x)) / Math.sqrt(dot(y, y));
  return Math.max(-1, Math.min(1, product)); // rounding may pass 1
}

/** Differences from the mean; all exactly 0 where the values are equal. */
function centered(values: ArrayLike<number>): Float64Array {
  const list = Float64Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  if (list.every((value) => value === list[0])) return list.fill(0);
  return list.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
