import type { FromPretrainedOptions, PreTrainedModel } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import type { Collator, TrainingArguments } from '@llm/train';
import type { Pipelines, PipelineTask } from '../pipelines/index.ts';
import { WrongInputError } from '../pipelines/index.ts';

/** A tokenized example. */
export type Features = Readonly<Record<string, readonly number[] | number>>;

/** How a task is learned from rows. */
export interface Recipe<Row, Task extends PipelineTask> {
  readonly task: Task;
  /** Checks a row. @throws WrongInputError naming the row and what is wrong with it */
  check(row: unknown, index: number): Row;
  /** What the model must be told of the rows, such as the names of classes. */
  config?(rows: readonly Row[]): FromPretrainedOptions['config'];
  /** The tokenized examples of rows; a long one may give several. */
  features(
    rows: readonly Row[],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizer,
  ): Features[];
  collator(tokenizer: PreTrainedTokenizer): Collator;
  /** Arguments of training that suit the task; the caller's go before them. */
  readonly args: Partial<TrainingArguments>;
  /** Scores of the trained model on rows that it has not seen. */
  score(run: Pipelines[Task], rows: readonly Row[]): Promise<Record<string, number>>;
}

/** A text of a row. @throws WrongInputError naming row and column */
export function textOf(row: unknown, column: string, index: number): string {
  const value = (row as Record<string, unknown> | null)?.[column];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new WrongInputError(
    `fineTune: row ${index}: ${column} wants a text that is not empty: got ${JSON.stringify(value) ?? 'nothing'}`,
  );
}
