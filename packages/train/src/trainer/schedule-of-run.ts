import type { TrainingArguments } from './arguments.ts';
import type { Loader } from './loader.ts';

/** How many steps a run has. */
export interface RunLength {
  /** Batches in an epoch; undefined for a stream. */
  readonly batchesPerEpoch: number | undefined;
  /** Epochs that are begun; infinite for a stream. */
  readonly epochs: number;
  /** Updates of the whole run. */
  readonly maxSteps: number;
}

/**
 * Counts the steps of a run, as transformers does: the batches left at the end of an epoch make a step too.
 *
 * @throws Error for a stream without `max_steps`, and for data that make no batch
 */
export function runLength(loader: Loader, args: TrainingArguments): RunLength {
  const { batches } = loader;
  const { gradient_accumulation_steps, max_steps, num_train_epochs } = args;
  if (batches === undefined) {
    if (max_steps > 0) return { batchesPerEpoch: undefined, epochs: Infinity, maxSteps: max_steps };
    throw new Error('Trainer: the length of train_dataset is not known; set max_steps');
  }
  if (batches === 0) {
    throw new Error(
      `Trainer: train_dataset makes no batch of ${args.per_device_train_batch_size} examples; it is empty, or set dataloader_drop_last to false`,
    );
  }
  const stepsPerEpoch = Math.ceil(batches / gradient_accumulation_steps);
  if (max_steps > 0) {
    return {
      batchesPerEpoch: batches,
      epochs: Math.ceil(max_steps / stepsPerEpoch),
      maxSteps: max_steps,
    };
  }
  return {
    batchesPerEpoch: batches,
    epochs: Math.ceil(num_train_epochs),
    maxSteps: Math.ceil(num_train_epochs * stepsPerEpoch),
  };
}
