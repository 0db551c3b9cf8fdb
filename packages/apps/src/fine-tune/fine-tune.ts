import type { HubOptions, ModelSource } from '@llm/hub';
import { checkOptions, type PreTrainedModel, setDefaultDevice } from '@llm/nn';
import { AutoTokenizer, type PreTrainedTokenizer } from '@llm/tokenizers';
import {
  Dataset,
  type Peft,
  Trainer,
  type TrainerCallback,
  type TrainingArguments,
  type TrainingEstimate,
} from '@llm/train';
import {
  type ClassificationRow,
  evaluate,
  type QuestionRow,
  type Scoring,
  type SummaryRow,
  type TaggedRow,
  type TextGenerationRow,
  type TranslationRow,
} from '../evaluate/index.ts';
import { type Pipelines, pipeline, pipelineTasks, WrongInputError } from '../pipelines/index.ts';
import { adaptModel, checkAdapter, type FineTuneAdapter, mergeAdapter } from './adapter.ts';
import { questionAnsweringRecipe } from './question-answering.ts';
import type { Recipe } from './recipe.ts';
import { summarizationRecipe } from './summarization.ts';
import { textClassificationRecipe } from './text-classification.ts';
import { textGenerationRecipe } from './text-generation.ts';
import { tokenClassificationRecipe } from './token-classification.ts';
import { translationRecipe } from './translation.ts';

/** What the rows of each task are. */
export interface FineTuneRows {
  readonly 'text-classification': ClassificationRow;
  readonly 'token-classification': TaggedRow;
  readonly 'question-answering': QuestionRow;
  readonly summarization: SummaryRow;
  readonly translation: TranslationRow;
  readonly 'text-generation': TextGenerationRow;
}

/** A task that `fineTune` teaches. */
export type FineTuneTask = keyof FineTuneRows;

/** Options of `fineTune`: what is taught how, and how the hub's files are reached. `signal` also ends training. */
export interface FineTuneOptions<Task extends FineTuneTask> extends HubOptions {
  /** The model to start from: a repository of the hub, a folder, a URL. */
  readonly model: string | URL | ModelSource;
  /** Rows that the model is scored on. Default: a tenth of the rows, which it then does not learn. */
  readonly eval_rows?: Iterable<FineTuneRows[Task]>;
  /** Folder that the model and its tokenizer are saved to; Python loads it too. Default: not saved. */
  readonly output?: string;
  /**
   * Trains an adapter, LoRA, (IA)³ or the normalizations alone, instead of the model's own weights: less memory, and
   * ten times the task's learning rate unless `args` names one. The saved model has it merged; the adapter itself, in
   * the format of Python's `peft`, lies in the folder `adapter` inside `output`.
   */
  readonly peft_config?: FineTuneAdapter;
  /** Arguments of training, over those that suit the task. */
  readonly args?: Partial<TrainingArguments>;
  /** Followers of the run. */
  readonly callbacks?: readonly TrainerCallback[];
  /** The device of the program: `'auto'` (default), `'webgpu'` or `'wasm'`. */
  readonly device?: string;
}

const optionNames: readonly (keyof FineTuneOptions<never>)[] = [
  'model',
  'eval_rows',
  'output',
  'peft_config',
  'args',
  'callbacks',
  'device',
  'revision',
  'token',
  'cache_dir',
  'local_files_only',
  'progress',
  'signal',
];

/** A model that has learned a task. */
export interface FineTuned<Task extends FineTuneTask> {
  /** Does the task with the trained model. */
  readonly pipeline: Pipelines[Task];
  readonly model: Pipelines[Task]['model'];
  readonly tokenizer: PreTrainedTokenizer;
  /** Scores on the rows that were not learned. */
  readonly metrics: Readonly<Record<string, number>>;
}

const recipes: { readonly [Task in FineTuneTask]: Recipe<FineTuneRows[Task], Task> } = {
  'text-classification': textClassificationRecipe,
  'token-classification': tokenClassificationRecipe,
  'question-answering': questionAnsweringRecipe,
  summarization: summarizationRecipe,
  translation: translationRecipe,
  'text-generation': textGenerationRecipe,
};

/** The tasks that `fineTune` teaches, each with the columns of its rows. */
export const fineTuneColumns: Readonly<Record<FineTuneTask, string>> = Object.fromEntries(
  Object.entries(recipes).map(([task, { scoring }]) => [task, scoring.columns]),
) as Record<FineTuneTask, string>;

/**
 * Teaches a model a task by examples: rows in, a scored model out, and its folder.
 *
 * Rows are `{ text, label }` for `text-classification`, `{ tokens, tags }` (lists) for `token-classification`, SQuAD's
 * `{ question, context, answers }` for `question-answering`, `{ text, summary }` for `summarization`,
 * `{ source, target }` for `translation`, and `{ text }` or `{ messages }` for `text-generation`: a text is learned
 * whole, of a conversation what the assistant says.
 *
 * @throws WrongInputError naming the row that cannot be used. @throws TypeError for an unknown option or argument
 *
 * @example
 * const rows = await loadDataset('reviews.csv'); // columns text, label
 * const { pipeline, metrics } = await fineTune('text-classification', rows, {
 *   model: 'sentence-transformers/all-MiniLM-L6-v2',
 *   output: 'reviews-model',
 * });
 */
export async function fineTune<Task extends FineTuneTask>(
  task: Task,
  rows: Iterable<FineTuneRows[Task] | object>,
  options: FineTuneOptions<Task>,
): Promise<FineTuned<Task>> {
  const { trainer, model, peft, tokenizer, held } = await prepare(task, rows, options);
  await trainer.train();
  model.eval();
  const { output } = options;
  if (peft) await mergeAdapter(peft, output);
  if (output !== undefined) await model.save_pretrained(output, { files: tokenizer.toFiles() });
  const made = (await pipeline(task, model, { tokenizer })) as unknown as Pipelines[Task];
  const metrics = await evaluate<FineTuneTask>(task, held, { pipeline: made });
  return { pipeline: made, model: model as Pipelines[Task]['model'], tokenizer, metrics };
}

/**
 * What `fineTune` with the same arguments would take: steps, operations, minutes, memory. One batch is timed; nothing
 * is learned or saved.
 */
export async function estimateFineTune<Task extends FineTuneTask>(
  task: Task,
  rows: Iterable<FineTuneRows[Task] | object>,
  options: FineTuneOptions<Task>,
): Promise<TrainingEstimate> {
  const { trainer } = await prepare(task, rows, options);
  return trainer.estimate();
}

/** The model, its trainer, and the rows kept for the score. */
async function prepare<Task extends FineTuneTask>(
  task: Task,
  rows: Iterable<FineTuneRows[Task] | object>,
  options: FineTuneOptions<Task>,
): Promise<{
  trainer: Trainer;
  model: PreTrainedModel;
  peft: Peft | undefined;
  tokenizer: PreTrainedTokenizer;
  held: readonly FineTuneRows[Task][];
}> {
  checkOptions('fineTune', options, optionNames);
  const {
    model: location,
    eval_rows,
    output: _,
    peft_config,
    args,
    callbacks,
    device,
    ...hub
  } = options;
  if (!Object.hasOwn(recipes, task)) {
    throw new WrongInputError(
      `fineTune: teaches ${Object.keys(recipes).join(', ')}: got ${JSON.stringify(task)}`,
    );
  }
  const recipe = recipes[task] as unknown as Recipe<FineTuneRows[Task], Task>;
  if (peft_config) checkAdapter(peft_config);
  if (device !== undefined) setDefaultDevice(device);
  const { learned, held } = splitRows(recipe.scoring, rows, eval_rows);
  const config = recipe.config?.([...learned, ...held]);
  const [model, tokenizer] = await Promise.all([
    // A head for other classes makes room for one for these.
    pipelineTasks[task].load(location, {
      ...hub,
      ...(config && { config, ignore_mismatched_sizes: true }),
    }),
    AutoTokenizer.from_pretrained(location, hub),
  ]);
  const peft = peft_config && adaptModel(model, peft_config, recipe.adapterTask, location);
  const trainer = new Trainer({
    model,
    args: {
      save_strategy: 'no',
      logging_steps: 10,
      ...recipe.args,
      ...(peft && { learning_rate: 10 * recipe.args.learning_rate }),
      ...args,
    },
    train_dataset: Dataset.from(await recipe.features(learned, model, tokenizer)),
    data_collator: recipe.collator(tokenizer),
    processing_class: tokenizer,
    callbacks: callbacks ?? [],
    ...(hub.signal && { signal: hub.signal }),
  });
  return { trainer, model, peft, tokenizer, held };
}

/** The rows to learn and those to score on, checked. */
function splitRows<Row>(
  { check }: Pick<Scoring<Row, never>, 'check'>,
  rows: Iterable<unknown>,
  evalRows: Iterable<unknown> | undefined,
): { learned: readonly Row[]; held: readonly Row[] } {
  const checked = Array.from(rows, (row, index) => check(row, index));
  if (evalRows !== undefined) {
    const held = Array.from(evalRows, (row, index) => check(row, index));
    if (checked.length > 0 && held.length > 0) return { learned: checked, held };
    throw new WrongInputError('fineTune: wants rows to learn and rows to score on: got none');
  }
  if (checked.length < 2) {
    throw new WrongInputError(
      `fineTune: wants two rows or more, one of which is kept for the score: got ${checked.length}`,
    );
  }
  const { train, test } = Dataset.from(checked).split({
    test_size: Math.ceil(checked.length / 10),
  });
  return { learned: [...train], held: [...test] };
}
