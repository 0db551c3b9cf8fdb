import { checkChoice, checkOptions } from '@llm/nn';
import { checkFinite, checkPairs, type Label, labelsOf } from './labels.ts';
import { meanRanks } from './ranks.ts';

/** Options of `aurocOneVsRest`. */
export interface AurocOptions {
  /** Mean over the classes, or weighted by how often each occurs. Default `'macro'`. */
  readonly average?: 'macro' | 'weighted';
}

/**
 * Area under the ROC curve: the probability that a positive gets a higher score than a negative, ties counted half;
 * scikit-learn's `roc_auc_score`. Computed by ranks, O(n log n).
 *
 * @param scores higher for the positive class
 * @param references 1 (or true) for the positive class, 0 (or false)
 * @throws RangeError where the counts differ, a score is not finite, or there is only one class
 */
export function auroc(scores: ArrayLike<number>, references: ArrayLike<number | boolean>): number {
  checkPairs('auroc', scores, references);
  checkFinite('auroc', 'score', scores);
  const ranks = meanRanks(scores);
  let positives = 0;
  let sum = 0;
  for (let index = 0; index < references.length; index++) {
    const label = Number(references[index]);
    if (label !== 0 && label !== 1) {
      throw new RangeError(`auroc: reference ${index} must be 0 or 1: got ${references[index]}`);
    }
    positives += label;
    sum += label * ranks[index]!;
  }
  const negatives = references.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new RangeError('auroc: wants references of both classes; the area is undefined for one');
  }
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * The area of each class against all others, averaged: `roc_auc_score` with `multi_class='ovr'`.
 *
 * @param scores a row per example with a score per class; columns in the order of the sorted labels
 * @throws RangeError where a row has not one score per class, or there is only one class
 */
export function aurocOneVsRest(
  scores: readonly ArrayLike<number>[],
  references: ArrayLike<Label>,
  options: AurocOptions = {},
): number {
  checkOptions('aurocOneVsRest', options, ['average']);
  const { average = 'macro' } = options;
  checkChoice('aurocOneVsRest', 'average', average, ['macro', 'weighted']);
  checkPairs('aurocOneVsRest', scores, references);
  const labels = labelsOf(references);
  for (const [index, row] of scores.entries()) {
    if (row.length !== labels.length) {
      throw new RangeError(
        `aurocOneVsRest: wants a score for each of ${labels.length} classes: got ${row.length} in row ${index}`,
      );
    }
  }
  let sum = 0;
  let weights = 0;
  for (const [column, label] of labels.entries()) {
    const isLabel = Array.from(references, (reference) => reference === label);
    const weight = average === 'macro' ? 1 : isLabel.filter(Boolean).length;
    const area = auroc(
      scores.map((row) => row[column]!),
      isLabel,
    );
    sum += weight * area;
    weights += weight;
  }
  return sum / weights;
}
