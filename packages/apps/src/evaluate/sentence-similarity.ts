import { pearson, spearman } from '@llm/train';
import { type Scoring, textOf, wrongColumn } from './scoring.ts';

/** Two texts and how alike they are by people's judgement, on any scale. */
export interface SimilarityRow {
  readonly sentence1: string;
  readonly sentence2: string;
  readonly score: number;
}

/** Correlation of the cosines with people's judgement, −1 to 1. */
export const sentenceSimilarityScoring: Scoring<SimilarityRow, 'sentence-similarity', number> = {
  task: 'sentence-similarity',
  columns: 'sentence1, sentence2, score',
  check(row, index) {
    const score = Number((row as Partial<SimilarityRow> | null)?.score ?? Number.NaN);
    if (!Number.isFinite(score)) throw wrongColumn(row, 'score', index, 'a number');
    return {
      sentence1: textOf(row, 'sentence1', index),
      sentence2: textOf(row, 'sentence2', index),
      score,
    };
  },
  async predict(run, rows) {
    const cosines: number[] = [];
    for (const { sentence1, sentence2 } of rows)
      cosines.push(...(await run(sentence1, [sentence2])));
    return cosines;
  },
  score(cosines, rows) {
    const judged = rows.map(({ score }) => score);
    return { spearman: spearman(cosines, judged), pearson: pearson(cosines, judged) };
  },
};
