import { rouge } from '@llm/train';
import { type Scoring, textOf } from './scoring.ts';

/** A text and its summary. */
export interface SummaryRow {
  readonly text: string;
  readonly summary: string;
}

/** ROUGE's F1, 0 to 1. */
export const summarizationScoring: Scoring<SummaryRow, 'summarization', string> = {
  task: 'summarization',
  columns: 'text, summary',
  check: (row, index) => ({
    text: textOf(row, 'text', index),
    summary: textOf(row, 'summary', index),
  }),
  async predict(run, rows) {
    const made = await run(rows.map(({ text }) => text));
    return made.map(({ summary_text }) => summary_text);
  },
  score(summaries, rows) {
    const scores = rouge(
      summaries,
      rows.map(({ summary }) => [summary]),
      { rouge_types: ['rouge1', 'rouge2', 'rougeL'] },
    );
    return Object.fromEntries(
      Object.entries(scores).map(([name, { fmeasure }]) => [name, fmeasure]),
    );
  },
};
