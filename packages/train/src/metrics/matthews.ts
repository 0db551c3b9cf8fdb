import { confusionMatrix } from './confusion-matrix.ts';
import { checkPairs, type Label } from './labels.ts';

/**
 * Matthews' correlation coefficient in [−1, 1], for two classes or more (Gorodkin, 2004), as scikit-learn's
 * `matthews_corrcoef`: 0 where only one class was predicted or wanted.
 *
 * @throws RangeError where the counts differ or are 0
 */
export function matthewsCorrelation(
  predictions: ArrayLike<Label>,
  references: ArrayLike<Label>,
): number {
  checkPairs('matthewsCorrelation', predictions, references);
  const { counts } = confusionMatrix(predictions, references);
  const wanted = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const predicted = counts.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0);
  const total = predictions.length;
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const spread = (total ** 2 - dot(predicted, predicted)) * (total ** 2 - dot(wanted, wanted));
  return spread === 0 ? 0 : (right * total - dot(predicted, wanted)) / Math.sqrt(spread);
}
