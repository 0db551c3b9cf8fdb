/**
 * Runs in a page: trains a small model on rows of a picked file with `?device=…`, once through and once to a
 * checkpoint; loads the page anew; goes on from the checkpoint, and compares the weights.
 */
import { manualSeed, setDefaultDevice } from '@llm/nn';
import { loadDataset, Trainer, type TrainerCallback } from '@llm/train';
import { newClassifier, points, weights } from '../trainer/support.ts';
import { interruptedSaves } from './interrupted.ts';
import type { Outcome } from './outcome.ts';

const [steps, stop] = [6, 3];
const device = new URLSearchParams(location.search).get('device')!;
/** What is no question of the device is done on one of them. */
const onWasm = device === 'wasm';

/** As a page's file picker gives it. */
const picked = new File(
  points(20).map((row) => `${JSON.stringify(row)}\n`),
  'points.jsonl',
);

async function trainer(output_dir: string, callbacks: TrainerCallback[] = []): Promise<Trainer> {
  return new Trainer({
    model: newClassifier(0.3),
    train_dataset: await loadDataset(picked),
    eval_dataset: points(8, 2),
    callbacks,
    args: {
      output_dir,
      max_steps: steps,
      save_steps: stop,
      save_total_limit: 1,
      per_device_train_batch_size: 4,
      learning_rate: 0.05,
      logging_steps: 1,
      report_to: ['jsonl', 'tensorboard', 'html'],
    },
  });
}

/** Ends a run after a step, as closing the page would. */
const cut: TrainerCallback = {
  on_step_end(_args, state, control) {
    if (state.global_step === stop) control.should_training_stop = true;
  },
};

/** What the first page leaves for the second. */
interface Left {
  readonly weights: readonly number[];
  readonly losses: readonly number[];
}

/** A search whose model is made by `model_init`. */
async function search(model_init: () => ReturnType<typeof newClassifier>) {
  return (await trainer('runs/search')).hyperparameter_search({
    model_init,
    hp_space: { learning_rate: { log_uniform: [1e-3, 1e-1] } },
    method: 'halving',
    n_trials: 3,
    output_dir: 'runs/search',
  });
}

/** A search that is cut off when it makes the third model. */
async function cutSearch(): Promise<void> {
  let models = 0;
  const ended = search(() => {
    if (++models === 3) throw new Error('closed');
    return newClassifier();
  });
  const error = await ended.then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
  if (error !== 'closed') throw new Error(`the search was not cut off: ${error}`);
}

/** Goes on with it: models that it makes, and trials by the share that they were trained for. */
async function restOfSearch(): Promise<NonNullable<Outcome['search']>> {
  let models = 0;
  const { trials } = await search(() => {
    models++;
    return newClassifier();
  });
  return { models, shares: trials.map(({ share }) => share) };
}

async function firstPage(): Promise<void> {
  if (onWasm) await cutSearch();
  const whole = await trainer('runs/whole');
  await whole.train();
  await (await trainer('runs/cut', [cut])).train();
  const losses = whole.state.log_history.flatMap(({ loss }) => loss ?? []) as number[];
  const left: Left = { weights: await weights(whole.model), losses };
  sessionStorage.setItem('left', JSON.stringify(left));
  location.reload();
}

async function secondPage({ weights: wanted, losses }: Left): Promise<Outcome> {
  let resumedFrom: number | undefined;
  const noted: TrainerCallback = {
    on_train_begin(_args, { global_step }) {
      resumedFrom = global_step;
    },
  };
  const again = await trainer('runs/cut', [noted]);
  manualSeed(99);
  await again.train({ resume_from_checkpoint: true });
  const got = await weights(again.model);
  const logs = await (await folderAt('runs', 'cut', 'runs')).getFileHandle('log-2.jsonl');
  return {
    resumedFrom,
    losses,
    difference: Math.max(...got.map((value, i) => Math.abs(value - wanted[i]!))),
    names: await namesIn('runs', 'cut'),
    logNames: await namesIn('runs', 'cut', 'runs'),
    logged: (await (await logs.getFile()).text()).trimEnd().split('\n').length,
    ...(onWasm && { search: await restOfSearch(), interrupted: await interruptedSaves() }),
  };
}

async function folderAt(...path: string[]): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path) folder = await folder.getDirectoryHandle(name);
  return folder;
}

async function namesIn(...path: string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await folderAt(...path)).keys()) names.push(name);
  return names.sort();
}

const page = globalThis as { outcome?: Outcome };
setDefaultDevice(device);
const left = sessionStorage.getItem('left');
(left === null ? firstPage() : secondPage(JSON.parse(left))).then(
  (outcome) => {
    if (outcome) page.outcome = outcome;
  },
  (error) => {
    page.outcome = { failure: String((error as Error).stack ?? error) };
  },
);
