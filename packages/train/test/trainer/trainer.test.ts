import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultGenerator, Linear, Module, manualSeed, type Tensor } from '@llm/nn';
import {
  Checkpoints,
  Dataset,
  earlyStopping,
  NonFiniteLossError,
  Trainer,
  type TrainerCallback,
  type TrainerOptions,
  type TrainingArguments,
} from '@llm/train';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Classifier, newClassifier, points, weights } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-trainer-'));
  vi.spyOn(console, 'info').mockReturnValue();
});
afterAll(() => rm(folder, { recursive: true }));

/** A trainer of the classifier that writes nothing. */
function trainerOf(
  model: Classifier,
  args: Partial<TrainingArguments> = {},
  more: Partial<TrainerOptions<Classifier>> = {},
): Trainer<Classifier> {
  return new Trainer({
    model,
    train_dataset: Dataset.from(points(64)),
    args: {
      learning_rate: 0.02,
      save_strategy: 'no',
      disable_tqdm: true,
      logging_steps: 4,
      ...args,
    },
    ...more,
  });
}

/** What was logged, without times. */
function history(trainer: Trainer): object[] {
  return trainer.state.log_history.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !/runtime|second/.test(name))),
  );
}

const accuracy: TrainerOptions['compute_metrics'] = ({ predictions, label_ids }) => {
  if (Array.isArray(predictions) || !label_ids || Array.isArray(label_ids)) throw new Error('two');
  const [got, want] = [
    (predictions as { argmax(): { data: Float32Array } }).argmax().data,
    (label_ids as { data: Float32Array }).data,
  ];
  return { accuracy: got.filter((each, i) => each === want[i]).length / want.length };
};

describe('Trainer', () => {
  it("trains and evaluates a user's module", async () => {
    const model = newClassifier();
    const trainer = trainerOf(
      model,
      { num_train_epochs: 20, eval_strategy: 'epoch' },
      { eval_dataset: points(30, 2), compute_metrics: accuracy },
    );
    const before = await trainer.evaluate();
    const { global_step, training_loss, metrics } = await trainer.train();
    expect(global_step).toBe(160);
    expect(metrics.train_loss).toBe(training_loss);
    const after = await trainer.evaluate();
    expect(after.eval_loss).toBeLessThan(before.eval_loss! / 2);
    expect(after.eval_accuracy).toBeGreaterThan(0.85);
    const evaluations = trainer.state.log_history.filter((entry) => 'eval_loss' in entry);
    expect(evaluations.slice(0, 3).map(({ step, epoch }) => [step, epoch])).toEqual([
      [8, 1],
      [16, 2],
      [24, 3],
    ]);
    expect(model.training).toBe(true);
    const { predictions, label_ids } = await trainer.predict(points(5));
    expect(predictions).toMatchObject({ shape: [5, 3] });
    expect(label_ids).toMatchObject({ shape: [5] });
  });

  it('logs the learning rate of the schedule, the norm and the mean loss', async () => {
    const each = trainerOf(newClassifier(), { max_steps: 8, logging_steps: 1, warmup_steps: 2 });
    const some = trainerOf(newClassifier(), { max_steps: 8, logging_steps: 4, warmup_steps: 2 });
    await each.train();
    await some.train();
    const rates = each.state.log_history.flatMap(({ learning_rate }) => learning_rate ?? []);
    const factors = [0, 0.5, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6];
    for (const [i, factor] of factors.entries()) expect(rates[i]).toBeCloseTo(0.02 * factor, 12);
    const losses = each.state.log_history.flatMap(({ loss }) => loss ?? []);
    const mean = losses.slice(4, 8).reduce((sum, loss) => sum + loss, 0) / 4;
    expect(some.state.log_history[1]).toMatchObject({ step: 8, epoch: 1 });
    expect(some.state.log_history[1]!.loss).toBeCloseTo(mean, 12);
    expect(some.state.log_history[1]!.grad_norm).toBeGreaterThan(0);
  });

  it('adds up batches to the gradient of one, also where fewer labels count', async () => {
    const rows = points(26).map((row, i) => ({ ...row, label: i % 5 === 0 ? -100 : row.label }));
    const results: number[][] = [];
    for (const [size, steps] of [
      [8, 1],
      [2, 4],
    ] as const) {
      const model = newClassifier();
      const trainer = trainerOf(
        model,
        {
          per_device_train_batch_size: size,
          gradient_accumulation_steps: steps,
          num_train_epochs: 2,
          logging_steps: 1,
        },
        { train_dataset: rows },
      );
      await trainer.train();
      expect(trainer.state.global_step).toBe(8);
      results.push([
        ...trainer.state.log_history.flatMap(({ loss }) => loss ?? []),
        ...(await weights(model)),
      ]);
    }
    const [whole, parts] = results as [number[], number[]];
    for (const [i, value] of whole.entries()) expect(parts[i]).toBeCloseTo(value, 5);
  });

  it.each([
    ['within an epoch', 7, {}],
    [
      'at the end of one, with accumulation and lengths',
      8,
      { gradient_accumulation_steps: 2, group_by_length: true },
    ],
    ['in a later one, between two logs', 11, { gradient_accumulation_steps: 1 }],
  ] as const)('goes on bit for bit from a checkpoint %s', async (_, stop, extra) => {
    const output_dir = join(folder, `resume-${stop}`);
    const rows = points(30).map((row, i) => ({ ...row, length: (i * 7) % 11 }));
    const args = {
      output_dir,
      save_strategy: 'steps',
      save_steps: stop,
      num_train_epochs: 4,
      per_device_train_batch_size: 4,
      logging_steps: 3,
      ...extra,
    } as const;
    const through = newClassifier(0.3);
    const whole = trainerOf(through, args, { train_dataset: rows });
    await whole.train();
    const { max_steps } = whole.state;
    expect(max_steps).toBeGreaterThan(stop);

    await rm(join(output_dir, `checkpoint-${max_steps}`), { recursive: true });
    const steps = await readdir(output_dir);
    for (const name of steps) {
      if (name !== `checkpoint-${stop}` && name !== `checkpoint-${max_steps}`) {
        await rm(join(output_dir, name), { recursive: true });
      }
    }
    manualSeed(99);
    const again = newClassifier(0.3);
    const resumed = trainerOf(again, args, { train_dataset: rows });
    await resumed.train({ resume_from_checkpoint: true });
    expect(await weights(again)).toEqual(await weights(through));
    expect(history(resumed)).toEqual(history(whole));
    expect(resumed.state.epoch).toBe(4);
  });

  it('goes on only where it can do so exactly', async () => {
    const output_dir = join(folder, 'inexact');
    const args = { output_dir, save_strategy: 'steps', max_steps: 2 } as const;
    await expect(
      trainerOf(newClassifier(), args).train({ resume_from_checkpoint: true }),
    ).rejects.toThrow(/no whole checkpoint/);
    await trainerOf(newClassifier(), args).train({ resume_from_checkpoint: 'auto' });
    const other = { ...args, per_device_train_batch_size: 4, max_steps: 4 };
    await expect(
      trainerOf(newClassifier(), other).train({ resume_from_checkpoint: true }),
    ).rejects.toThrow('per_device_train_batch_size was 8 and is 4');
    const skipping = trainerOf(newClassifier(), { ...other, ignore_data_skip: true });
    expect((await skipping.train({ resume_from_checkpoint: true })).global_step).toBe(4);
    const damaged = join(output_dir, 'checkpoint-4', 'optimizer.safetensors');
    await writeFile(damaged, 'short');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const after = trainerOf(newClassifier(), { ...args, max_steps: 3 });
    await after.train({ resume_from_checkpoint: true });
    expect(warn.mock.calls.join()).toContain('optimizer.safetensors is not what was saved');
    warn.mockRestore();
    await expect(after.train({ resume_from_checkpoint: join(output_dir, 'x') })).rejects.toThrow(
      'is no checkpoint',
    );
  });

  it('keeps the newest checkpoints and the best one, and loads that at the end', async () => {
    const output_dir = join(folder, 'best');
    const scores = [0.5, 0.9, 0.7, 0.6, 0.8, 0.1, 0.2, 0.3];
    const seen: number[][] = [];
    const model = newClassifier();
    const trainer = trainerOf(
      model,
      {
        output_dir,
        num_train_epochs: 8,
        eval_strategy: 'epoch',
        save_strategy: 'epoch',
        save_total_limit: 2,
        load_best_model_at_end: true,
        metric_for_best_model: 'score',
      },
      {
        eval_dataset: points(8),
        compute_metrics: async () => {
          seen.push(await weights(model));
          return { score: scores[seen.length - 1]! };
        },
      },
    );
    await trainer.train();
    expect(trainer.state).toMatchObject({ best_metric: 0.9, best_global_step: 16 });
    expect((await readdir(output_dir)).sort()).toEqual(['checkpoint-16', 'checkpoint-64']);
    expect(await weights(model)).toEqual(seen[1]);
  });

  it('stops early, and names a metric that is never reported', async () => {
    const scores = [0.5, 0.6, 0.6, 0.55, 0.9, 0.9];
    let count = 0;
    const run = (metric: string) =>
      trainerOf(
        newClassifier(),
        {
          num_train_epochs: 5,
          eval_strategy: 'epoch',
          metric_for_best_model: metric,
          greater_is_better: true,
        },
        {
          eval_dataset: points(8),
          compute_metrics: () => ({ score: scores[count++]! }),
          callbacks: [earlyStopping({ early_stopping_patience: 2 })],
        },
      );
    const trainer = run('score');
    await trainer.train();
    expect(trainer.state.epoch).toBe(4);
    await expect(trainer.evaluate(points(4), 'other')).resolves.toHaveProperty('other_score');
    expect(trainer.state.best_metric).toBe(0.6);
    await expect(run('f1').train()).rejects.toThrow(
      /metric_for_best_model is 'f1', but the evaluation reports eval_loss, eval_score/,
    );
  });

  it('takes no NaN for the best score, and goes on past a checkpoint that it cannot remove', async () => {
    const output_dir = join(folder, 'nan');
    const scores = [Number.NaN, 0.5, Number.NaN, 0.6];
    let count = 0;
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const remove = vi.spyOn(Checkpoints.prototype, 'remove');
    remove.mockRejectedValueOnce(new Error('EACCES'));
    const trainer = trainerOf(
      newClassifier(),
      {
        ...{ output_dir, num_train_epochs: 4, save_total_limit: 1, load_best_model_at_end: true },
        ...{ eval_strategy: 'epoch', save_strategy: 'epoch', metric_for_best_model: 'score' },
      },
      {
        eval_dataset: points(8),
        compute_metrics: () => ({ score: scores[count++]! }),
        callbacks: [earlyStopping({ early_stopping_patience: 2 })],
      },
    );
    await trainer.train();
    expect(trainer.state).toMatchObject({ best_metric: 0.6, best_global_step: 32 });
    expect(await readdir(output_dir)).toEqual(['checkpoint-32']);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/cannot remove .*checkpoint-8, .* save_total_limit 1: EACCES/)],
    ]);
    remove.mockRestore();
    warn.mockRestore();
  });

  it("calls transformers' events in order", async () => {
    const events: string[] = [];
    const recorder = new Proxy<TrainerCallback>(
      {},
      {
        get: (_, name) =>
          String(name).startsWith('on_') ? () => void events.push(String(name)) : undefined,
      },
    );
    const args = { max_steps: 1, gradient_accumulation_steps: 2, logging_steps: 1 };
    await trainerOf(newClassifier(), args, { callbacks: [recorder] }).train();
    expect(events).toEqual([
      'on_init_end',
      'on_train_begin',
      'on_epoch_begin',
      'on_step_begin',
      'on_pre_optimizer_step',
      'on_substep_end',
      'on_optimizer_step',
      'on_step_end',
      'on_log',
      'on_epoch_end',
      'on_log',
      'on_train_end',
    ]);
  });

  it('ends with a checkpoint when asked to stop', async () => {
    const output_dir = join(folder, 'signal');
    const controller = new AbortController();
    const stopper: TrainerCallback = {
      on_step_end: (_args, { global_step }) => void (global_step === 3 && controller.abort()),
    };
    const trainer = trainerOf(
      newClassifier(),
      { output_dir, save_strategy: 'epoch' },
      { callbacks: [stopper], signal: controller.signal },
    );
    expect((await trainer.train()).global_step).toBe(3);
    expect(await readdir(output_dir)).toEqual(['checkpoint-3']);
  });

  it('stops at a loss that is not finite, or leaves the step out', async () => {
    class Exploding extends Module {
      layer = new Linear(1, 1);
      forward({ x }: { x: Tensor }): { loss: Tensor } {
        return { loss: this.layer.forward(x).square().mean() };
      }
    }
    const rows = [1, 2, Number.NaN, 3].map((x) => ({ x: [x] }));
    const run = async (on_non_finite: 'error' | 'skip') => {
      manualSeed(1);
      const model = new Exploding();
      const trainer = new Trainer({
        model,
        train_dataset: rows,
        args: {
          num_train_epochs: 1,
          per_device_train_batch_size: 1,
          save_strategy: 'no',
          disable_tqdm: true,
        },
        on_non_finite,
      });
      return { metrics: (await trainer.train()).metrics, values: await weights(model) };
    };
    await expect(run('error')).rejects.toThrow(NonFiniteLossError);
    const { metrics, values } = await run('skip');
    expect(metrics.skipped_steps).toBe(1);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('tells before it starts what a run will take, and changes nothing', async () => {
    const model = newClassifier(0.5);
    const trainer = trainerOf(model, { num_train_epochs: 2, gradient_accumulation_steps: 2 });
    const before = [await weights(model), defaultGenerator().position];
    const estimate = await trainer.estimate();
    expect(estimate).toMatchObject({
      steps: 8,
      trainable_parameters: 4 * 16 + 16 + 16 * 3 + 3,
      flops: 6 * (4 * 16 + 16 * 3) * 8 * 16,
      // Weights, gradients, Adam's two moments, and the number of the step.
      state_bytes: 4 * (4 * 131 + 1),
    });
    expect(estimate.minutes).toBeGreaterThan(0);
    expect([await weights(model), defaultGenerator().position]).toEqual(before);
  });

  it.each(['sgd', 'adafactor', 'lion_32bit', 'rmsprop', 'adagrad'] as const)(
    'trains by %s',
    async (optim) => {
      const rate = { sgd: 0.5, adafactor: 0.05, lion_32bit: 0.01, rmsprop: 0.01, adagrad: 0.1 };
      const trainer = trainerOf(newClassifier(), {
        optim,
        learning_rate: rate[optim],
        num_train_epochs: 5,
        logging_strategy: 'epoch',
      });
      await trainer.train();
      const losses = trainer.state.log_history.flatMap(({ loss }) => loss ?? []);
      expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9);
    },
  );
});
