import { WasmBackend } from '@llm/kernels-wasm';
import {
  BackendDevice,
  getDevice,
  Linear,
  Module,
  manualSeed,
  registerDevice,
  setDefaultDevice,
  type Tensor,
} from '@llm/nn';
import { Trainer, type TrainerCallback, type TrainingArguments } from '@llm/train';
import { expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';

/** Wide enough for what the layers keep to be most of the memory. */
class Wide extends Module {
  first = new Linear(64, 512);
  second = new Linear(512, 512);
  last = new Linear(512, 2);

  forward({ x }: { x: Tensor }): { logits: Tensor } {
    return { logits: this.last.forward(this.second.forward(this.first.forward(x).relu()).relu()) };
  }
}

const rows = Array.from({ length: 1024 }, (_, i) => ({
  x: Array.from({ length: 64 }, (_, j) => Math.sin(i + j)),
  label: i % 2,
}));

const trainerOf = (args: Partial<TrainingArguments>, callbacks: TrainerCallback[] = []) => {
  manualSeed(1);
  return new Trainer({
    model: new Wide(),
    train_dataset: rows,
    callbacks,
    args: {
      num_train_epochs: 2,
      per_device_train_batch_size: 256,
      save_strategy: 'no',
      disable_tqdm: true,
      ...args,
    },
  });
};

const cases: Partial<TrainingArguments>[] = [
  { optim: 'adamw_torch', gradient_accumulation_steps: 2 },
  { optim: 'adamw_torch' },
  { optim: 'sgd' },
];

it.each(full ? cases : cases.slice(0, 1))(
  'the estimated peak is what a device holds at most, %j',
  async (args) => {
    const { peak_bytes, state_bytes } = await trainerOf(args).estimate();
    expect(peak_bytes).toBeGreaterThan(state_bytes);
    const usual = await getDevice();
    const backend = WasmBackend.create({ threads: 1 });
    const device = new BackendDevice(backend);
    registerDevice('measured', async () => device);
    setDefaultDevice('measured');
    try {
      // First values that the first step replaced are garbage: they go when memory is wanted.
      const collect: TrainerCallback = {
        async on_step_end(_, { global_step }) {
          if (global_step > 2) return;
          for (let i = 0; i < 3; i++) await device.relieve(true);
          backend.resetPeak();
        },
      };
      await trainerOf(args, [collect]).train();
      const { peak } = backend.memory();
      expect(peak_bytes / peak).toBeGreaterThan(0.85);
      expect(peak_bytes / peak).toBeLessThan(1.15);
    } finally {
      setDefaultDevice(usual.name);
      await backend.dispose();
    }
  },
);
