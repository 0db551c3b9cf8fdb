import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasmBackend } from '@llm/kernels-wasm';
import {
  BackendDevice,
  Dropout,
  Linear,
  Module,
  manualSeed,
  registerDevice,
  setDefaultDevice,
  type Tensor,
} from '@llm/nn';
import { Dataset, Trainer, type TrainingArguments } from '@llm/train';
import { beforeEach, expect, it, vi } from 'vitest';
import { points, weights } from './support.ts';

// 14 MiB: room for the layers' results for some 64 examples, not for 256.
registerDevice(
  'small',
  async () => new BackendDevice(createWasmBackend({ memoryLimit: 14 * 2 ** 20 })),
);
setDefaultDevice('small');

const warn = vi.spyOn(console, 'warn');
beforeEach(() => void warn.mockReset().mockReturnValue());

class Wide extends Module {
  hidden = new Linear(4, 8192, { bias: false });
  output = new Linear(8192, 3, { bias: false });
  dropout: Dropout;

  constructor(p: number) {
    super();
    this.dropout = new Dropout(p);
  }

  forward({ points }: { points: Tensor }): { logits: Tensor } {
    return {
      logits: this.output.forward(this.dropout.forward(this.hidden.forward(points).tanh())),
    };
  }
}

function trainerOf(args: Partial<TrainingArguments>, p = 0): Trainer<Wide> {
  manualSeed(5);
  return new Trainer({
    model: new Wide(p),
    train_dataset: Dataset.from(
      points(600).map((row, i) => ({ ...row, label: i % 7 ? row.label : -100 })),
    ),
    args: {
      learning_rate: 1e-3,
      max_steps: 4,
      logging_steps: 1,
      save_strategy: 'no',
      disable_tqdm: true,
      ...args,
    },
  });
}

it('cuts batches that memory does not suffice for, and trains as with the whole ones', async () => {
  const large = { per_device_train_batch_size: 256 };
  await expect(trainerOf(large).train()).rejects.toMatchObject({ name: 'OutOfMemoryError' });
  const trainer = trainerOf({ ...large, auto_find_batch_size: true });
  await trainer.train();
  const size = trainer.state.train_batch_size;
  expect(256 % size, String(size)).toBe(0);
  expect(warn.mock.calls.at(-1)![0]).toContain(`going on with ${size}`);
  expect(warn).toHaveBeenCalledTimes(Math.log2(256 / size));
  // The same updates, asked for by hand: three batches of an epoch, the last of 88 examples.
  const byHand = trainerOf({
    per_device_train_batch_size: size,
    gradient_accumulation_steps: 256 / size,
    max_steps: 2,
  });
  const automatic = trainerOf({ ...large, auto_find_batch_size: true, max_steps: 2 });
  await byHand.train();
  await automatic.train();
  const [got, want] = [await weights(automatic.model), await weights(byHand.model)];
  expect(Math.max(...got.map((each, i) => Math.abs(each - want[i]!)))).toBeLessThan(1e-7);
});

it('goes on bit for bit, with parts of the size that was found', async () => {
  vi.spyOn(console, 'info').mockReturnValue();
  const output_dir = await mkdtemp(join(tmpdir(), 'llm-batch-size-'));
  try {
    const args = {
      per_device_train_batch_size: 256,
      auto_find_batch_size: true,
      save_strategy: 'steps',
      save_steps: 2,
      output_dir,
    } as const;
    const whole = trainerOf(args, 0.2);
    await whole.train();
    expect(warn).toHaveBeenCalled();
    warn.mockClear();
    const rest = trainerOf(args, 0.2);
    await rest.train({ resume_from_checkpoint: join(output_dir, 'checkpoint-2') });
    expect(warn).not.toHaveBeenCalled();
    expect(await weights(rest.model)).toEqual(await weights(whole.model));
  } finally {
    await rm(output_dir, { recursive: true });
  }
});

it('says so where single examples are too much', async () => {
  const trainer = trainerOf({ per_device_train_batch_size: 2, auto_find_batch_size: true });
  const fails = vi.spyOn(trainer.model, 'zeroGrad').mockImplementation(() => {
    throw Object.assign(new Error('out of memory: test'), { name: 'OutOfMemoryError' });
  });
  await expect(trainer.train()).rejects.toMatchObject({ name: 'OutOfMemoryError' });
  expect(trainer.state.global_step).toBe(0);
  expect(fails.mock.calls.length).toBeGreaterThan(1);
});
