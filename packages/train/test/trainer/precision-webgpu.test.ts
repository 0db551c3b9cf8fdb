import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createWebGpuBackend, type WebGpuBackend } from '@llm/kernels-webgpu';
import {
  AutoModelForCausalLM,
  BackendDevice,
  type Module,
  registerDevice,
  setDefaultDevice,
} from '@llm/nn';
import {
  dataCollatorWithPadding,
  IterableDataset,
  Trainer,
  type TrainerOptions,
  type TrainingArguments,
} from '@llm/train';
import { afterAll, expect, it } from 'vitest';
import { full, sized } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { newClassifier, paddingTokenizer, points } from './support.ts';

const steps = 4;
const precisions = [
  ['fp16', 5e-3],
  ['bf16', 2e-2],
] as const;

/** The losses of a few steps; parameters stay in f32. */
async function lossesOf<Model extends Module>(
  options: TrainerOptions<Model>,
  args: Partial<TrainingArguments>,
): Promise<number[]> {
  const trainer = new Trainer({
    ...options,
    args: {
      ...{ learning_rate: 1e-2, max_steps: steps, per_device_train_batch_size: 4 },
      ...{ logging_steps: 1, save_strategy: 'no', disable_tqdm: true },
      ...args,
    },
  });
  const { metrics } = await trainer.train();
  expect(metrics.skipped_steps).toBeUndefined();
  expect(trainer.model.parameters().every(({ dtype }) => dtype === 'f32')).toBe(true);
  return trainer.state.log_history.flatMap(({ loss }) => loss ?? []);
}

/** Losses that follow those of f32, and differ from them: the precision was not ignored. */
function expectClose(losses: readonly number[], wanted: readonly number[], bound: number): void {
  expect(losses).toHaveLength(steps);
  for (const [step, loss] of losses.entries()) {
    expect(Math.abs(loss / wanted[step]! - 1), losses.join(' ')).toBeLessThan(bound);
  }
  expect(losses).not.toEqual(wanted.slice(0, steps));
}

describeWebGpu('mixed precision on WebGPU', () => {
  let backend: WebGpuBackend | undefined;
  registerDevice('webgpu', async () => {
    backend = await createWebGpuBackend();
    return new BackendDevice(backend);
  });
  afterAll(() => backend?.dispose());

  // Plain SGD has few kernels, and fp16 has what bf16 has and a loss scale: a software driver is slow to compile.
  it.each(precisions.slice(0, sized(1, 2)))(
    '%s: losses of a classifier within %d of those of f32 on WebAssembly',
    async (precision, bound) => {
      const run = (args: Partial<TrainingArguments>) =>
        lossesOf(
          { model: newClassifier(), train_dataset: points(16) },
          { optim: 'sgd', learning_rate: 0.5, max_grad_norm: 0, ...args },
        );
      setDefaultDevice('wasm');
      const wanted = await run({});
      setDefaultDevice('webgpu');
      expectClose(await run({ [precision]: true }), wanted, bound);
      expect(backend).toBeDefined();
    },
  );

  // A language model has so many kernels that a software driver compiles them for half a minute.
  it.runIf(full).each(precisions)(
    '%s: losses of a language model within %d of those of f32 in PyTorch',
    async (precision, bound) => {
      setDefaultDevice('webgpu');
      const folder = fileURLToPath(new URL('./curves/causal-lm', import.meta.url));
      const curve = JSON.parse(await readFile(`${folder}/curve.json`, 'utf8'));
      const losses = await lossesOf(
        {
          model: await AutoModelForCausalLM.from_pretrained(folder),
          train_dataset: IterableDataset.from(curve.examples),
          data_collator: dataCollatorWithPadding(paddingTokenizer),
        },
        {
          ...{ weight_decay: 0.01, warmup_steps: 5, lr_scheduler_type: 'constant_with_warmup' },
          [precision]: true,
        },
      );
      expectClose(losses, curve.losses, bound);
    },
  );
});
