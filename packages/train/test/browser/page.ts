/**
 * Runs in a page: trains a small model on rows of a picked file with `?device=…`, once through and once to a
 * checkpoint; loads the page anew; goes on from the checkpoint, and compares the weights.
 */
import { manualSeed, setDefaultDevice } from '@llm/nn';
import { loadDataset, Trainer, type TrainerCallback } from '@llm/train';
import { newClassifier, points, weights } from '../trainer/support.ts';
import type { Outcome } from './outcome.ts';

const [steps, stop] = [6, 3];

/** As a page's file picker gives it. */
const picked = new File(
  points(20).map((row) => `${JSON.stringify(row)}\n`),
  'points.jsonl',
);

async function trainer(output_dir: string, callbacks: TrainerCallback[] = []): Promise<Trainer> {
  return new Trainer({
    model: newClassifier(0.3),
    train_dataset: await loadDataset(picked),
    callbacks,
    args: {
      output_dir,
      max_steps: steps,
      save_steps: stop,
      save_total_limit: 1,
      per_device_train_batch_size: 4,
      learning_rate: 0.05,
      logging_steps: 1,
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

/** Logs in files are refused in a page. @throws Error if they are not */
function checkRefusal(): void {
  try {
    new Trainer({ model: newClassifier(), args: { report_to: 'jsonl' } });
  } catch (error) {
    if (String(error).includes("a callback's on_log")) return;
    throw error;
  }
  throw new Error('report_to was taken in a page');
}

async function firstPage(): Promise<void> {
  checkRefusal();
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
  const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
  const names: string[] = [];
  for await (const name of (await runs.getDirectoryHandle('cut')).keys()) names.push(name);
  return {
    resumedFrom,
    losses,
    difference: Math.max(...got.map((value, i) => Math.abs(value - wanted[i]!))),
    names,
  };
}

const page = globalThis as { outcome?: Outcome };
setDefaultDevice(new URLSearchParams(location.search).get('device')!);
const left = sessionStorage.getItem('left');
(left === null ? firstPage() : secondPage(JSON.parse(left))).then(
  (outcome) => {
    if (outcome) page.outcome = outcome;
  },
  (error) => {
    page.outcome = { failure: String((error as Error).stack ?? error) };
  },
);
