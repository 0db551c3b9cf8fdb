/**
 * What the `Trainer` adds to a step: logs, and gradients added up over batches.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trainer, type TrainerCallback, type TrainingArguments } from '@llm/train';
import type { Case, Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS, ourVersion } from '../../ours/device.ts';
import { loadClassifier, sentences } from './model.ts';

const [BATCH, LENGTH] = [4, 64];
/** Batches of a timed run. */
const BATCHES = 4;

const plain: Partial<TrainingArguments> = {
  logging_strategy: 'no',
  save_strategy: 'no',
  disable_tqdm: true,
  per_device_train_batch_size: BATCH,
};

/** Every step logged to a file of JSON lines and to TensorBoard's, against none. */
export const logging: Case = compared('logging each step', {
  ...plain,
  logging_strategy: 'steps',
  logging_steps: 1,
  report_to: ['jsonl', 'tensorboard'],
});

/** Gradients of two batches added up, against an update after each: the same batches in both. */
export const accumulation: Case = compared('accumulation over 2 batches', {
  ...plain,
  gradient_accumulation_steps: 2,
});

/** A case: the same batches with and without what is measured; it may cost 2 %. */
function compared(name: string, args: Partial<TrainingArguments>): Case {
  return sideBySide({
    name: `${name}, ${BATCHES} batches ${BATCH}×${LENGTH}`,
    tolerance: 0,
    ours: () => openTrainer('ours', args),
    peers: [
      {
        name: 'without it',
        open: () => openTrainer('without it', plain),
        bar: 0.98,
        bound: true,
      },
    ],
  });
}

/** One training run that goes on for a few batches at a time, compiled once: it waits after its steps. */
async function openTrainer(name: string, args: Partial<TrainingArguments>): Promise<Contender> {
  const model = await loadClassifier();
  const folder = await mkdtemp(join(tmpdir(), 'llm-benchmark-'));
  const steps = BATCHES / (args.gradient_accumulation_steps ?? 1);
  const [goOn, arrived] = [new Signal(), new Signal()];
  let last = Number.NaN;
  let ends = false;
  const pause: TrainerCallback = {
    async on_step_end(_args, { global_step }, control, { loss = Number.NaN }) {
      last = loss;
      if (global_step % steps !== 0) return;
      await settle(model);
      arrived.give();
      await goOn.wait();
      control.should_training_stop = ends;
    },
  };
  const trainer = new Trainer({
    model,
    args: { ...args, output_dir: folder, max_steps: 1_000_000 },
    train_dataset: examples(),
    callbacks: [pause],
  });
  let run: Promise<unknown> | undefined;
  return {
    name,
    version: ourVersion(),
    threads: OUR_THREADS,
    prepare: async () => {},
    async run() {
      const begin = performance.now();
      if (run) goOn.give();
      else run = trainer.train();
      await Promise.race([arrived.wait(), run]);
      return performance.now() - begin;
    },
    result: async () => [last],
    async close() {
      ends = true;
      goOn.give();
      await run;
      for (const parameter of model.parameters()) parameter.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

/** Lets one side wait for the other. */
class Signal {
  #resolve = () => {};
  #given = this.#next();

  give(): void {
    this.#resolve();
  }

  async wait(): Promise<void> {
    await this.#given;
    this.#given = this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

/** Waits for the updates under way. */
async function settle(model: { parameters(): { data(): Promise<unknown> }[] }): Promise<void> {
  await model.parameters().at(-1)!.data();
}

function examples(): { input_ids: number[]; attention_mask: number[]; labels: number }[] {
  const { ids, labels } = sentences(0, BATCH * BATCHES, LENGTH);
  return Array.from(labels, (label, row) => ({
    input_ids: [...ids.subarray(row * LENGTH, (row + 1) * LENGTH)],
    attention_mask: Array<number>(LENGTH).fill(1),
    labels: label,
  }));
}
