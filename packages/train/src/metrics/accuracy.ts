import { checkPairs, type Label } from './labels.ts';

/**
 * Share of predictions that equal their references, in [0, 1].
 *
 * @throws RangeError where the counts differ or are 0
 */
export function accuracy(predictions: ArrayLike<Label>, references: ArrayLike<Label>): number {
  checkPairs('accuracy', predictions, references);
  const right = Array.from(predictions).filter((label, index) => label === references[index]);
  return right.length / predictions.length;
}
