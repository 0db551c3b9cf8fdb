import type { Encoding } from '@llm/tokenizers';
import { dataCollatorWithPadding, squad } from '@llm/train';
import { longestInput } from '../pipelines/encode.ts';
import { WrongInputError } from '../pipelines/index.ts';
import { type Recipe, textOf } from './recipe.ts';

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

const window = 384;

/** Finds answers in texts. The first answer of a row is learned, any counts in the scores. */
export const questionAnsweringRecipe: Recipe<QuestionRow, 'question-answering'> = {
  task: 'question-answering',
  check(row, index) {
    const question = textOf(row, 'question', index);
    const context = textOf(row, 'context', index);
    const { text, answer_start } =
      ((row as Partial<QuestionRow>).answers as Partial<QuestionRow['answers']>) ?? {};
    const isWhole = Array.isArray(text) && text.length > 0 && text.length === answer_start?.length;
    if (!isWhole) {
      throw new WrongInputError(
        `fineTune: row ${index}: answers wants { text: [...], answer_start: [...] } of one length, not empty`,
      );
    }
    for (const [i, answer] of text.entries()) {
      const start = answer_start![i]!;
      if (context.slice(start, start + String(answer).length) === answer) continue;
      throw new WrongInputError(
        `fineTune: row ${index}: the context has no ${JSON.stringify(answer)} at ${start}`,
      );
    }
    return { question, context, answers: { text, answer_start: answer_start! } };
  },
  features(rows, model, tokenizer) {
    const max_length = Math.min(window, longestInput(model, tokenizer) ?? window);
    const takesTypes = model.inputNames.includes('token_type_ids');
    return rows.flatMap(({ question, context, answers }) => {
      const encoding = tokenizer.encode_plus(question, {
        text_pair: context,
        truncation: 'only_second',
        max_length,
        stride: Math.min(128, Math.floor(max_length / 4)),
      });
      const start = answers.answer_start[0]!;
      const end = start + answers.text[0]!.length;
      return [encoding, ...encoding.overflowing].map((part) => {
        const [first, last] = tokensOf(part, start, end);
        return {
          input_ids: part.ids,
          attention_mask: part.attention_mask,
          ...(takesTypes && { token_type_ids: part.type_ids }),
          start_positions: first,
          end_positions: last,
        };
      });
    });
  },
  collator: (tokenizer) => dataCollatorWithPadding(tokenizer, { pad_to_multiple_of: 64 }),
  args: { learning_rate: 3e-5, num_train_epochs: 2, per_device_train_batch_size: 8 },
  async score(run, rows) {
    const answers = await run(rows.map(({ question, context }) => ({ question, context })));
    const { exact_match, f1 } = squad(
      answers.map(({ answer }, i) => ({ id: String(i), prediction_text: answer })),
      rows.map(({ answers: { text } }, i) => ({ id: String(i), answers: { text } })),
    );
    return { exact_match, f1 };
  },
};

/** The first and the last token of an answer; the first token of the input where the window does not hold it. */
function tokensOf(encoding: Encoding, start: number, end: number): [first: number, last: number] {
  const first = encoding.char_to_token(start, 1);
  const last = encoding.char_to_token(end - 1, 1);
  return first === null || last === null ? [0, 0] : [first, last];
}
