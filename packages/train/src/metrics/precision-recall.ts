import { checkOptions } from '@llm/nn';
import { type Average, type AveragedScores, averageScores } from './averages.ts';
import { checkPairs, type Label, labelsOf } from './labels.ts';

/** Options of `precisionRecallF1`, with scikit-learn's names. */
export interface PrecisionRecallOptions {
  /** How the scores of the classes become one. Default `'macro'`. */
  readonly average?: Average;
  /**
   * The classes that count. Default: all that occur. For two classes of which one is wanted, name it: `[1]`, as
   * scikit-learn's `average='binary'`.
   */
  readonly labels?: readonly Label[];
  /** What a quotient of zeros is: a class that was never predicted, or never wanted. Default 0. */
  readonly zero_division?: 0 | 1;
}

/**
 * Precision, recall and F1 of classes, as `precision_recall_fscore_support` of scikit-learn.
 *
 * @throws RangeError where the counts differ or are 0
 */
export function precisionRecallF1(
  predictions: ArrayLike<Label>,
  references: ArrayLike<Label>,
  options: PrecisionRecallOptions = {},
): AveragedScores {
  checkOptions('precisionRecallF1', options, ['average', 'labels', 'zero_division']);
  checkPairs('precisionRecallF1', predictions, references);
  const { average = 'macro', zero_division = 0 } = options;
  const labels = options.labels ?? labelsOf(predictions, references);
  const counts = new Map(
    labels.map((label) => [label, { label, matches: 0, predicted: 0, wanted: 0 }]),
  );
  for (let index = 0; index < predictions.length; index++) {
    const predicted = counts.get(predictions[index]!);
    const wanted = counts.get(references[index]!);
    if (predicted) predicted.predicted += 1;
    if (wanted) wanted.wanted += 1;
    if (predicted && predicted === wanted) predicted.matches += 1;
  }
  return averageScores('precisionRecallF1', [...counts.values()], average, zero_division);
}
