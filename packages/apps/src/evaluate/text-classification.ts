import { accuracy, precisionRecallF1 } from '@llm/train';
import { type Scoring, textOf } from './scoring.ts';

/** A text and the name of its class. */
export interface ClassificationRow {
  readonly text: string;
  readonly label: string;
}

/** Share of the texts whose class is right, and the mean F1 of the classes. */
export const textClassificationScoring: Scoring<ClassificationRow, 'text-classification', string> =
  {
    task: 'text-classification',
    columns: 'text, label',
    check: (row, index) => ({
      text: textOf(row, 'text', index),
      label: textOf(row, 'label', index),
    }),
    async predict(run, rows) {
      const found = await run(
        rows.map(({ text }) => text),
        { batch_size: 16 },
      );
      return found.map(({ label }) => label);
    },
    score: classScores,
  };

/** Accuracy and the mean F1 of the classes. */
export function classScores(
  predicted: readonly string[],
  rows: readonly ClassificationRow[],
): { accuracy: number; f1: number } {
  const wanted = rows.map(({ label }) => label);
  return {
    accuracy: accuracy(predicted, wanted),
    f1: precisionRecallF1(predicted, wanted, { average: 'macro' }).f1,
  };
}
