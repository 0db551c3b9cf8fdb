import { checkOptions } from '@llm/nn';
import { checkPairs, type Label, labelsOf } from './labels.ts';

/** Options of `confusionMatrix`. */
export interface ConfusionMatrixOptions {
  /** Order of rows and columns. Default: the labels that occur, numbers by size, names by code points. */
  readonly labels?: readonly Label[];
}

/** How often each class was taken for each. */
export interface ConfusionMatrix {
  /** What rows and columns stand for. */
  readonly labels: readonly Label[];
  /** `counts[i][j]`: how often the reference was `labels[i]` and the prediction `labels[j]`. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * The confusion matrix of scikit-learn: a row per reference, a column per prediction.
 *
 * @throws RangeError where the counts differ or are 0, or for a label that is not in `labels`
 */
export function confusionMatrix(
  predictions: ArrayLike<Label>,
  references: ArrayLike<Label>,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  checkOptions('confusionMatrix', options, ['labels']);
  checkPairs('confusionMatrix', predictions, references);
  const labels = options.labels ?? labelsOf(predictions, references);
  const places = new Map(labels.map((label, place) => [label, place]));
  const place = (label: Label): number => {
    const found = places.get(label);
    if (found !== undefined) return found;
    throw new RangeError(
      `confusionMatrix: the label ${JSON.stringify(label)} is not among labels: ${labels.join(', ')}`,
    );
  };
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let index = 0; index < predictions.length; index++) {
    counts[place(references[index]!)]![place(predictions[index]!)]! += 1;
  }
  return { labels, counts };
}
