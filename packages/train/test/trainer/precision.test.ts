import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  AutoModelForCausalLM,
  autocast,
  backward,
  compile,
  crossEntropy,
  type Tensor,
  tensor,
  Variable,
} from '@llm/nn';
import {
  AdamW,
  Dataset,
  dataCollatorWithPadding,
  IterableDataset,
  SGD,
  Trainer,
  type TrainerOptions,
  type TrainingArguments,
} from '@llm/train';
import { describe, expect, it, vi } from 'vitest';
import { LossScaler } from '../../src/trainer/loss-scaler.ts';
import { type Classifier, newClassifier, paddingTokenizer, points, weights } from './support.ts';

const folder = fileURLToPath(new URL('./curves/causal-lm', import.meta.url));

/** A trainer that writes nothing. */
function trainerOf(
  args: Partial<TrainingArguments>,
  more: Partial<TrainerOptions<Classifier>> = {},
): Trainer<Classifier> {
  return new Trainer({
    model: newClassifier(),
    train_dataset: Dataset.from(points(64)),
    args: { save_strategy: 'no', disable_tqdm: true, logging_steps: 1, ...args },
    ...more,
  });
}

describe('mixed precision', () => {
  it.each(['fp16', 'bf16'] as const)('%s: a loss curve close to that of f32', async (precision) => {
    const curve = JSON.parse(await readFile(`${folder}/curve.json`, 'utf8'));
    const model = await AutoModelForCausalLM.from_pretrained(folder);
    const trainer = new Trainer({
      model,
      args: {
        learning_rate: 1e-2,
        weight_decay: 0.01,
        warmup_steps: 5,
        max_steps: 20,
        per_device_train_batch_size: 4,
        lr_scheduler_type: 'constant_with_warmup',
        logging_steps: 1,
        save_strategy: 'no',
        disable_tqdm: true,
        [precision]: true,
      },
      train_dataset: IterableDataset.from(curve.examples),
      data_collator: dataCollatorWithPadding(paddingTokenizer),
    });
    await trainer.train();
    const losses = trainer.state.log_history.flatMap(({ loss }) => loss ?? []);
    // Until its rate falls the curve of f32 is that of a constant rate: the first steps are comparable.
    const worst = Math.max(
      ...losses.slice(0, 8).map((loss, i) => Math.abs(loss / curve.losses[i] - 1)),
    );
    expect(worst, losses.join(' ')).toBeLessThan(precision === 'fp16' ? 5e-3 : 2e-2);
    expect(losses[0]).not.toBe(curve.losses[0]);
    expect(model.parameters().every(({ dtype }) => dtype === 'f32')).toBe(true);
  });

  it('keeps less for the backward pass, and gives gradients in f32', async () => {
    const model = await AutoModelForCausalLM.from_config({
      model_type: 'llama',
      vocab_size: 64,
      hidden_size: 128,
      intermediate_size: 512,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      num_hidden_layers: 4,
    });
    model.train();
    const ids = tensor(
      Int32Array.from({ length: 1024 }, (_, i) => 3 + (i % 20)),
      [32, 32],
    );
    const temporaries = async (precision?: 'bf16'): Promise<number> => {
      const forward = () => model.forward({ input_ids: ids, labels: ids }).loss!;
      const step = compile(() => {
        backward(precision ? autocast(precision, forward) : forward());
        const gradients = model.parameters().flatMap(({ grad }) => grad ?? []);
        model.zeroGrad();
        expect(gradients.every(({ dtype }) => dtype === 'f32')).toBe(true);
        return gradients;
      });
      const { temporaries: bytes } = await step.memory();
      step.dispose();
      return bytes;
    };
    expect(await temporaries('bf16')).toBeLessThan(0.85 * (await temporaries()));
  });

  it('with fp16 leaves out steps that overflow, counts them, and holds the schedule back', async () => {
    // Gradients of 64 · loss overflow at the first scales.
    const compute_loss: TrainerOptions<Classifier>['compute_loss'] = (model, batch) =>
      crossEntropy(model.forward(batch as unknown as { points: Tensor }).logits, batch.labels!).mul(
        64,
      );
    const trainer = trainerOf({ fp16: true, max_steps: 12 }, { compute_loss });
    const before = await weights(trainer.model);
    let first: number[] | undefined;
    trainer.add_callback({
      async on_step_end() {
        first ??= await weights(trainer.model);
      },
    });
    const { metrics } = await trainer.train();
    const { skipped_steps: skipped = 0 } = metrics;
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(12);
    expect(first).toEqual(before);
    const logs = trainer.state.log_history.filter((entry) => 'loss_scale' in entry);
    expect(logs).toHaveLength(12);
    expect(logs.at(-1)!.loss_scale).toBe(65536 / 2 ** skipped);
    // The schedule of 12 steps has gone 12 − skipped of them, the last one after its log.
    const done = 11 - skipped;
    expect(logs.at(-1)!.learning_rate).toBeCloseTo(5e-5 * (1 - done / 12), 12);
    expect((await weights(trainer.model)).every(Number.isFinite)).toBe(true);
  });

  it('goes on bit for bit, loss scale included', async () => {
    vi.spyOn(console, 'info').mockReturnValue();
    const output_dir = await mkdtemp(join(tmpdir(), 'llm-precision-'));
    try {
      const args = {
        fp16: true,
        max_steps: 8,
        save_strategy: 'steps',
        save_steps: 4,
        output_dir,
      } as const;
      const whole = trainerOf(args);
      await whole.train();
      const rest = trainerOf(args);
      await rest.train({ resume_from_checkpoint: join(output_dir, 'checkpoint-4') });
      expect(await weights(rest.model)).toEqual(await weights(whole.model));
      expect(rest.state.log_history.filter(({ loss }) => loss)).toEqual(
        whole.state.log_history.filter(({ loss }) => loss),
      );
    } finally {
      await rm(output_dir, { recursive: true });
    }
  });

  it('takes one precision', () => {
    expect(() => trainerOf({ fp16: true, bf16: true })).toThrow(/take one/);
    expect(() => autocast('f64' as never, () => 0)).toThrow(/'f16' and 'bf16'/);
  });
});

describe('LossScaler', () => {
  it('doubles after 2000 good steps and halves after a bad one', () => {
    const scaler = new LossScaler();
    for (let i = 0; i < 1999; i++) scaler.update(true);
    expect(scaler.scale).toBe(65536);
    scaler.update(true);
    expect(scaler.scale).toBe(131072);
    scaler.update(false);
    for (let i = 0; i < 1999; i++) scaler.update(true);
    expect(scaler.save()).toEqual({ scale: 65536, growth_tracker: 1999, skipped: 1 });
    const again = new LossScaler();
    again.load(scaler.save());
    again.update(true);
    expect(again.scale).toBe(131072);
    expect(() => {
      for (let i = 0; i < 64; i++) again.update(false);
    }).toThrow(/not finite even at a loss scale/);
    expect(() => again.load({ scale: 0, growth_tracker: 0, skipped: 0 })).toThrow(/no state/);
  });
});

describe('parameters in bf16', () => {
  it('are updated in f32 and rounded, so that small changes add up', async () => {
    const parameter = new Variable(tensor([1, 2]).to('bf16'));
    const optimizer = new SGD([parameter], { lr: 1e-3 });
    const step = compile(() => {
      backward(parameter.sum());
      optimizer.step();
      optimizer.zeroGrad();
    });
    for (let i = 0; i < 100; i++) await step();
    // Each change is below half of bf16's distance between numbers around 1, 2⁻⁷.
    expect(Array.from(await parameter.data())).toEqual([0.8984375, 1.8984375]);
    const master = await optimizer.stateDict()['0.master']!.data();
    expect(master[0]).toBeCloseTo(0.9, 5);
    const other = new AdamW([new Variable(tensor([1]).to('f16'))]);
    expect(Object.keys(other.stateDict())).toEqual([
      'step',
      '0.exp_avg',
      '0.exp_avg_sq',
      '0.master',
    ]);
  });
});
