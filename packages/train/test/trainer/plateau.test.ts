import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset, Trainer, type TrainingArguments } from '@llm/train';
import { expect, it, vi } from 'vitest';
import { newClassifier, points, weights } from './support.ts';

function trainerOf(args: Partial<TrainingArguments>): Trainer {
  return new Trainer({
    model: newClassifier(),
    train_dataset: Dataset.from(points(64)),
    eval_dataset: points(8, 3),
    // Never better than at first.
    compute_metrics: () => ({ accuracy: 0.5 }),
    args: {
      learning_rate: 0.08,
      max_steps: 8,
      logging_steps: 1,
      save_strategy: 'no',
      disable_tqdm: true,
      ...args,
    },
  });
}

const rates = (trainer: Trainer) =>
  trainer.state.log_history.flatMap(({ learning_rate }) => learning_rate ?? []);

const plateau = {
  lr_scheduler_type: 'reduce_lr_on_plateau',
  lr_scheduler_kwargs: { factor: 0.5, patience: 1 },
  eval_strategy: 'steps',
  eval_steps: 1,
  metric_for_best_model: 'accuracy',
} as const;

it('reduce_lr_on_plateau lowers the rate where the metric no longer improves, and a resumed run remembers', async () => {
  vi.spyOn(console, 'info').mockReturnValue();
  const output_dir = await mkdtemp(join(tmpdir(), 'llm-plateau-'));
  try {
    const args = { ...plateau, save_strategy: 'steps', save_steps: 4, output_dir } as const;
    const whole = trainerOf(args);
    await whole.train();
    // The first evaluation is the best; each second one after it has been borne and halves.
    expect(rates(whole)).toEqual([0.08, 0.08, 0.08, 0.04, 0.04, 0.02, 0.02, 0.01]);
    const rest = trainerOf(args);
    await rest.train({ resume_from_checkpoint: join(output_dir, 'checkpoint-4') });
    expect(rates(rest)).toEqual(rates(whole));
    expect(await weights(rest.model)).toEqual(await weights(whole.model));
  } finally {
    await rm(output_dir, { recursive: true });
  }
});

it('reduce_lr_on_plateau wants evaluations, and follows the loss by default', () => {
  expect(() => trainerOf({ ...plateau, eval_strategy: 'no' })).toThrow(/set eval_strategy/);
  const { metric_for_best_model: _, ...rest } = plateau;
  expect(trainerOf(rest).args).toMatchObject({
    metric_for_best_model: 'loss',
    greater_is_better: false,
  });
});

it("one_cycle goes up and down as PyTorch's", async () => {
  const trainer = trainerOf({
    lr_scheduler_type: 'one_cycle',
    lr_scheduler_kwargs: { anneal_strategy: 'linear', pct_start: 0.5 },
  });
  await trainer.train();
  // From max / 25 to max at step 8 · 0.5 − 1 = 3, then down to max / 25 / 1e4 at step 7.
  const [low, high, end] = [0.08 / 25, 0.08, 0.08 / 25e4];
  const up = (i: number) => low + ((high - low) * i) / 3;
  const down = (i: number) => high + ((end - high) * (i - 3)) / 4;
  const want = Array.from({ length: 8 }, (_, i) => (i <= 3 ? up(i) : down(i)));
  for (const [i, rate] of rates(trainer).entries()) expect(rate).toBeCloseTo(want[i]!, 9);
});
