import { checkOptions } from '@llm/nn';
import type { FitResult } from './callback.ts';
import type { FitOptions, SnapshotOptions } from './fit-options.ts';
import { FitRun } from './fit-run.ts';

/** Names of the options, for checking. */
const optionNames = [
  'step',
  'batches',
  'steps',
  'startStep',
  'scheduler',
  'optimizer',
  'tokens',
  'callbacks',
  'checkpoint',
  'snapshot',
  'signal',
  'now',
] as const;
const snapshotNames = [
  'model',
  'optimizer',
  'scheduler',
  'generator',
  'batches',
  'variables',
  'snapshot_seconds',
] as const;

/**
 * Runs training steps until they are done, the batches end, or the signal asks to stop.
 *
 * The device is kept busy: a loss is read while the next step runs, so callbacks hear of a step when the next
 * one has been submitted. With `snapshot`, a lost GPU takes the run back to its last copy on the host: steps since
 * then are done, and reported, again.
 *
 * @throws NonFiniteLossError naming the step whose loss is NaN or infinite.
 */
export async function fit<Batch>(options: FitOptions<Batch>): Promise<FitResult> {
  checkOptions('fit', options, optionNames);
  if (options.snapshot) checkSnapshot(options.snapshot);
  const { steps, startStep = 0, callbacks = [] } = options;
  for (const callback of callbacks) await callback.onTrainBegin?.({ startStep, steps });
  let result: FitResult | undefined;
  try {
    result = await new FitRun(options).run();
    return result;
  } finally {
    for (const callback of callbacks) await callback.onTrainEnd?.(result);
  }
}

function checkSnapshot(snapshot: SnapshotOptions): void {
  checkOptions('fit: snapshot', snapshot, snapshotNames);
  const { snapshot_seconds: seconds = 60 } = snapshot;
  if (!(seconds >= 0)) {
    throw new RangeError(`fit: snapshot_seconds must be at least 0: got ${seconds}`);
  }
}
