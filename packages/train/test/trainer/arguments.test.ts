import { defaultArguments, Trainer, type TrainingArguments } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { newClassifier, points } from './support.ts';

const make = (args: Partial<TrainingArguments>, eval_dataset?: object[]) =>
  new Trainer({
    model: newClassifier(),
    args,
    ...(eval_dataset && { eval_dataset: eval_dataset as never }),
  });

describe('TrainingArguments', () => {
  it('has the defaults of transformers', () => {
    const { args } = make({});
    expect(args).toMatchObject({
      ...defaultArguments,
      learning_rate: 5e-5,
      num_train_epochs: 3,
      per_device_train_batch_size: 8,
      max_grad_norm: 1,
      lr_scheduler_type: 'linear',
      seed: 42,
    });
    const best = make({ load_best_model_at_end: true, eval_strategy: 'steps' }, points(1)).args;
    expect(best).toMatchObject({
      metric_for_best_model: 'loss',
      greater_is_better: false,
      eval_steps: 500,
    });
  });

  it('throws by name for what it does not know or support', () => {
    expect(() => make({ learning_rat: 1 } as object)).toThrow("unknown argument 'learning_rat'");
    expect(() => make({ fp16_full_eval: true } as object)).toThrow(
      "'fp16_full_eval' is not supported, only its default false: got true",
    );
    expect(() => make({ fp16: false, deepspeed: null } as object)).not.toThrow();
    expect(() => new Trainer({ model: newClassifier(), dataset: [] } as never)).toThrow(
      "'dataset'",
    );
  });

  it.each([
    [{ per_device_train_batch_size: 0 }, 'per_device_train_batch_size must be'],
    [{ learning_rate: -1 }, 'learning_rate must be at least 0'],
    [{ warmup_ratio: 2 }, 'warmup_ratio must be in [0, 1]'],
    [{ logging_steps: 1.5 }, 'logging_steps must be'],
    [{ save_total_limit: 0 }, 'save_total_limit must be'],
    [{ label_smoothing_factor: 1 }, 'label_smoothing_factor must be'],
    [{ eval_strategy: 'never' as 'no' }, "eval_strategy takes 'no', 'steps', 'epoch'"],
    [{ eval_strategy: 'steps' as const }, 'wants an eval_dataset'],
    [{ load_best_model_at_end: true }, "got eval_strategy 'no'"],
    [{ report_to: 'wandb' }, 'report_to takes'],
  ])('refuses %o', (args, message) => {
    expect(() => make(args)).toThrow(message);
  });

  it.each([
    [{ optim: 'adamw_8bit' as 'sgd' }, 'optim takes'],
    [{ lr_scheduler_type: 'step' as 'linear' }, 'lr_scheduler_type takes'],
    [{ lr_scheduler_kwargs: { cycles: 2 } }, "'cycles'"],
    [{ lr_scheduler_type: 'warmup_stable_decay' as const }, 'num_decay_steps'],
  ])('refuses %o when training', async (args, message) => {
    const trainer = new Trainer({
      model: newClassifier(),
      args: { ...args, save_strategy: 'no', disable_tqdm: true },
      train_dataset: points(8),
    });
    await expect(trainer.train()).rejects.toThrow(message);
  });
});
