import type { Scoring } from './scoring.ts';
import {
  type ClassificationRow,
  classScores,
  textClassificationScoring,
} from './text-classification.ts';

/** As `text-classification`, with the labels of the rows to choose from. */
export const zeroShotClassificationScoring: Scoring<
  ClassificationRow,
  'zero-shot-classification',
  string
> = {
  ...textClassificationScoring,
  task: 'zero-shot-classification',
  async predict(run, rows, all) {
    const labels = [...new Set(all.map(({ label }) => label))].sort();
    const found = await run(
      rows.map(({ text }) => text),
      labels,
    );
    return found.map((each) => each.labels[0]!);
  },
  score: classScores,
};
