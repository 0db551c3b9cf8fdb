import { checkOptions, type Module } from '@llm/nn';
import type { Batch, Collator, CollatorTokenizer } from '../collators/collator.ts';
import { dataCollatorWithPadding, defaultDataCollator } from '../collators/padding.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../schedules/schedules.ts';
import type { TrainingArguments } from './arguments.ts';
import type { TrainerCallback } from './callback.ts';
import type { ComputeMetrics, PreprocessLogits } from './evaluation.ts';
import type { TrainerDataset } from './loader.ts';
import type { NonFinitePolicy } from './loss-tally.ts';
import type { ComputeLoss } from './objective.ts';

/** A tokenizer that can be saved beside a model; those of `@llm/tokenizers` fit. */
export interface ProcessingClass extends CollatorTokenizer {
  /** Its files by name. */
  toFiles?(): Readonly<Record<string, Uint8Array | string>>;
}

/** What a `Trainer` is made of, with the names of transformers' `Trainer`. */
export interface TrainerOptions<Model extends Module = Module> {
  /** A model of `@llm/nn`, or a module whose `forward` takes a batch and returns a loss, logits, or an object with them. */
  readonly model: Model;
  readonly args?: Partial<TrainingArguments>;
  readonly train_dataset?: TrainerDataset;
  /** One data set, or several by name, whose metrics are then reported as `eval_NAME_…`. */
  readonly eval_dataset?: TrainerDataset | Readonly<Record<string, TrainerDataset>>;
  /** Default: padding with `processing_class`, or stacking without. */
  readonly data_collator?: Collator;
  /** The tokenizer: for padding, and saved beside the model. */
  readonly processing_class?: ProcessingClass;
  /** Scores of an evaluation. */
  readonly compute_metrics?: ComputeMetrics;
  /** A loss of your own: the mean over a batch, with predictions if metrics shall see them. */
  compute_loss?(model: Model, batch: Batch): ReturnType<ComputeLoss>;
  /** Makes predictions smaller before they are kept. */
  readonly preprocess_logits_for_metrics?: PreprocessLogits;
  readonly callbacks?: readonly TrainerCallback[];
  /** Optimizer and schedule of your own; either may be null for that of the arguments. */
  readonly optimizers?: readonly [Optimizer | null, Schedule | null];
  /** Ends the run after the step it is in, with a checkpoint unless `save_strategy` is `'no'`; see `interruptSignal`. */
  readonly signal?: AbortSignal;
  /** What happens after a loss that is NaN or infinite; the optimizer has skipped the update. Default `'error'`. */
  readonly on_non_finite?: NonFinitePolicy;
}

const names = [
  'model',
  'args',
  'train_dataset',
  'eval_dataset',
  'data_collator',
  'processing_class',
  'compute_metrics',
  'compute_loss',
  'preprocess_logits_for_metrics',
  'callbacks',
  'optimizers',
  'signal',
  'on_non_finite',
] as const;

/** Throws for an option that is not known. */
export function checkTrainerOptions(options: TrainerOptions): void {
  checkOptions('Trainer', options, names);
}

/** The collator of the options. */
export function collatorOf({ data_collator, processing_class }: TrainerOptions): Collator {
  if (data_collator) return data_collator;
  return processing_class ? dataCollatorWithPadding(processing_class) : defaultDataCollator;
}
