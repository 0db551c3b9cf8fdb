import { squad } from '@llm/train';
import { WrongInputError } from '../pipelines/index.ts';
import { type Scoring, textOf } from './scoring.ts';

/** A question with its answers in a context, as SQuAD has them. */
export interface QuestionRow {
  readonly question: string;
  readonly context: string;
  readonly answers: {
    readonly text: readonly string[];
    /** Where each answer begins in the context, in UTF-16 units. */
    readonly answer_start: readonly number[];
  };
}

/** SQuAD's exact match and F1, in percent; any of a row's answers counts. */
export const questionAnsweringScoring: Scoring<QuestionRow, 'question-answering', string> = {
  task: 'question-answering',
  columns: 'question, context, answers { text: [...], answer_start: [...] }',
  check(row, index) {
    const question = textOf(row, 'question', index);
    const context = textOf(row, 'context', index);
    const { text, answer_start } =
      ((row as Partial<QuestionRow>).answers as Partial<QuestionRow['answers']>) ?? {};
    const isWhole = Array.isArray(text) && text.length > 0 && text.length === answer_start?.length;
    if (!isWhole) {
      throw new WrongInputError(
        `row ${index}: answers wants { text: [...], answer_start: [...] } of one length, not empty`,
      );
    }
    for (const [i, answer] of text.entries()) {
      const start = answer_start![i]!;
      if (context.slice(start, start + String(answer).length) === answer) continue;
      throw new WrongInputError(
        `row ${index}: the context has no ${JSON.stringify(answer)} at ${start}`,
      );
    }
    return { question, context, answers: { text, answer_start: answer_start! } };
  },
  async predict(run, rows) {
    const found = await run(rows.map(({ question, context }) => ({ question, context })));
    return found.map(({ answer }) => answer);
  },
  score(answers, rows) {
    const { exact_match, f1 } = squad(
      answers.map((prediction_text, i) => ({ id: String(i), prediction_text })),
      rows.map(({ answers: { text } }, i) => ({ id: String(i), answers: { text } })),
    );
    return { exact_match, f1 };
  },
};
