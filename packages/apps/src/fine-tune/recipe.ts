import type { FromPretrainedOptions, PreTrainedModel } from '@llm/nn';
import type { Encoding, PreTrainedTokenizer } from '@llm/tokenizers';
import type { Collator, TaskType, TrainingArguments } from '@llm/train';
import type { Scoring } from '../evaluate/index.ts';
import type { PipelineTask } from '../pipelines/index.ts';

/** A tokenized example. */
export type Features = Readonly<Record<string, readonly number[] | number>>;

/** How a task is learned from rows. */
export interface Recipe<Row, Task extends PipelineTask> {
  /** How rows are checked, and how what was learned is scored. */
  readonly scoring: Scoring<Row, Task>;
  /** What the model must be told of the rows, such as the names of classes. */
  config?(rows: readonly Row[]): FromPretrainedOptions['config'];
  /** The tokenized examples of rows; a long one may give several. */
  features(
    rows: readonly Row[],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizer,
  ): Features[] | Promise<Features[]>;
  collator(tokenizer: PreTrainedTokenizer): Collator;
  /** Arguments of training that suit the task; the caller's go before them. */
  readonly args: Partial<TrainingArguments> & Pick<TrainingArguments, 'learning_rate'>;
  /** What PEFT calls the task. */
  readonly adapterTask: TaskType;
}

/** What a model takes of an encoding, by Python's names. */
export function modelInputs(
  model: PreTrainedModel,
  { ids, attention_mask, type_ids }: Encoding,
): Features {
  const takesTypes = model.inputNames.includes('token_type_ids');
  return { input_ids: ids, attention_mask, ...(takesTypes && { token_type_ids: type_ids }) };
}
