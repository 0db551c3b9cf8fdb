/**
 * The training tab's part of the worker. One training is held at a time; it is stored as it goes, so that a page
 * that was closed goes on with it.
 *
 * @module
 */
import { setDefaultDevice } from '@llm/nn';
import type { Context, Operation } from '../worker/protocol.ts';
import { readPairs } from './pairs.ts';
import type { TrainingSettings } from './settings.ts';
import { beginRun, discardRun, openRun } from './stored-run.ts';
import { type TrainingEvent, type TrainingOutcome, TrainingRun } from './training-run.ts';

/** What to train. */
export interface TrainInput {
  /** `auto`, `webgpu` or `wasm`. */
  readonly device: string;
  /** A new training; without it the stored one goes on. */
  readonly begin?: {
    /** Name under which the model is saved at the end. */
    readonly name: string;
    readonly settings: TrainingSettings;
    /** CSV, TSV or JSONL with columns `source` and `target`; without it the pairs that come with the page. */
    readonly file?: File;
  };
}

/** The training that is in memory, and its device: others are read from where they were stored. */
let held: { readonly run: TrainingRun; readonly device: string } | undefined;
/** Settles when no training runs. */
let ended: Promise<unknown> = Promise.resolve();

/** Trains until the end, or until `pause` or `finish` is called; what was done is stored. */
export const train: Operation<TrainInput, TrainingOutcome, TrainingEvent> = (input, context) => {
  const outcome = ended.then(() => perform(input, context));
  ended = outcome.catch(() => {});
  return outcome;
};

async function perform(
  { device, begin }: TrainInput,
  { signal, emit }: Context<TrainingEvent>,
): Promise<TrainingOutcome> {
  setDefaultDevice(device);
  if (begin) {
    held = undefined;
    emit({ kind: 'preparing' });
    const { name, settings, file } = begin;
    const record = { name, settings, data: file?.name ?? 'English → German' };
    const pairs = await readPairs(file);
    await beginRun(record, pairs);
    held = { run: await TrainingRun.create(record, pairs), device };
  } else if (held?.device !== device) {
    held = undefined;
    emit({ kind: 'preparing' });
    const stored = await openRun();
    if (!stored) throw new Error('there is no training to go on with; start a new one');
    const run = await TrainingRun.create(stored, stored.pairs);
    await run.restore(stored);
    held = { run, device };
  }
  signal.throwIfAborted();
  const outcome = await held.run.train(signal, emit);
  if (outcome.kind === 'finished') {
    held = undefined;
    await discardRun();
  }
  return outcome;
}

/** Pauses the training: its state is stored, then `train` returns. */
export const pause: Operation<null, void> = async () => held?.run.stop('pause');

/** Ends the training early: the model is saved as it is, then `train` returns. */
export const finish: Operation<null, void> = async () => held?.run.stop('finish');

/** Forgets the training that could be gone on with. */
export const discard: Operation<null, void> = async () => {
  await ended;
  held = undefined;
  await discardRun();
};
