import { notSupported } from './not-supported.ts';

/** When something is done: never, every so many steps, or after each epoch. */
export type IntervalStrategy = 'no' | 'steps' | 'epoch';

/** Names of learning-rate schedules: transformers' eleven, and PyTorch's one cycle. */
export type SchedulerName =
  | 'linear'
  | 'cosine'
  | 'cosine_with_restarts'
  | 'polynomial'
  | 'constant'
  | 'constant_with_warmup'
  | 'inverse_sqrt'
  | 'reduce_lr_on_plateau'
  | 'cosine_with_min_lr'
  | 'cosine_warmup_with_min_lr'
  | 'warmup_stable_decay'
  | 'one_cycle';

/** Names of optimizers. */
export type OptimizerName =
  | 'adamw_torch'
  | 'adamw_torch_fused'
  | 'adafactor'
  | 'lion_32bit'
  | 'sgd'
  | 'rmsprop'
  | 'adagrad';

/** How a run goes: names and defaults of `TrainingArguments` in transformers 4.56. */
export interface TrainingArguments {
  /**
   * Folder of checkpoints and logs: on disk, or in a page a path in its private file system, which outlives a reload.
   * Default `'trainer_output'`.
   */
  readonly output_dir: string;
  /** When the model is evaluated. Default `'no'`. */
  readonly eval_strategy: IntervalStrategy;
  /** Whether evaluation gives the loss only. Default false. */
  readonly prediction_loss_only: boolean;
  /** Examples in a batch of training. Default 8. */
  readonly per_device_train_batch_size: number;
  /** Examples in a batch of evaluation. Default 8. */
  readonly per_device_eval_batch_size: number;
  /** Batches whose gradients make one update; the loss is their mean over all tokens that count. Default 1. */
  readonly gradient_accumulation_steps: number;
  /** Epochs or steps before the first evaluation. Default 0. */
  readonly eval_delay: number;
  /** Highest learning rate. Default 5e-5. */
  readonly learning_rate: number;
  /** Weight decay, not of biases and norms. Default 0. */
  readonly weight_decay: number;
  /** Default 0.9. */
  readonly adam_beta1: number;
  /** Default 0.999. */
  readonly adam_beta2: number;
  /** Default 1e-8. */
  readonly adam_epsilon: number;
  /** Gradients are scaled down to this norm; 0 leaves them as they are. Default 1. */
  readonly max_grad_norm: number;
  /** Passes over the data; the last may be part of one. Default 3. */
  readonly num_train_epochs: number;
  /** Updates of the whole run, instead of `num_train_epochs` where it is above 0. Default −1. */
  readonly max_steps: number;
  /**
   * `'reduce_lr_on_plateau'` follows `metric_for_best_model` at each evaluation, by default the loss. Default `'linear'`.
   */
  readonly lr_scheduler_type: SchedulerName;
  /** Further options of the schedule. Default none. */
  readonly lr_scheduler_kwargs: Readonly<Record<string, number | string>>;
  /** Share of the steps with a growing learning rate; `warmup_steps` goes before it. Default 0. */
  readonly warmup_ratio: number;
  /** Steps with a growing learning rate. Default 0. */
  readonly warmup_steps: number;
  /** Default `'steps'`. */
  readonly logging_strategy: IntervalStrategy;
  /** Whether the first step is logged too. Default false. */
  readonly logging_first_step: boolean;
  /** Steps between two logs; below 1, a share of all. Default 500. */
  readonly logging_steps: number;
  /** When checkpoints are saved; `'best'` when the metric is better than ever. Default `'steps'`. */
  readonly save_strategy: IntervalStrategy | 'best';
  /** Steps between two checkpoints; below 1, a share of all. Default 500. */
  readonly save_steps: number;
  /** Checkpoints kept, the best one among them. Default: all. */
  readonly save_total_limit: number | null;
  /** Whether checkpoints hold the model only, so that no run can go on from them. Default false. */
  readonly save_only_model: boolean;
  /** Seed of dropout and, without `data_seed`, of the data's order. Default 42. */
  readonly seed: number;
  /** Seed of the data's order and of what collators draw. Default: `seed`. */
  readonly data_seed: number | null;
  /** Whether a last batch that is not full is left out. Default false. */
  readonly dataloader_drop_last: boolean;
  /**
   * Batches are made ahead while steps run: `dataloader_prefetch_factor` for each of so many workers, side by side.
   * JavaScript computes them on the thread of the program, except for what a collator hands on, as
   * `dataCollatorWithTokenizer` does to a pool of workers. 0 makes them when they are needed. Default 0.
   */
  readonly dataloader_num_workers: number;
  /** Default: 2 with workers. */
  readonly dataloader_prefetch_factor: number | null;
  /** Steps between two evaluations; below 1, a share of all. Default: `logging_steps`. */
  readonly eval_steps: number | null;
  /** Name of the run in logs. Default: `output_dir`. */
  readonly run_name: string | null;
  /** Whether there is no progress bar. Default false. */
  readonly disable_tqdm: boolean | null;
  /** Whether columns that the model does not take are left out. Default true. */
  readonly remove_unused_columns: boolean;
  /** Names of the labels. Default: `labels`, or the positions of a model for question answering. */
  readonly label_names: readonly string[] | null;
  /** Whether the best checkpoint is loaded at the end. Default false. */
  readonly load_best_model_at_end: boolean;
  /** What is best; `eval_` is put before it where it lacks. Default: `loss` with `load_best_model_at_end`. */
  readonly metric_for_best_model: string | null;
  /** Whether more is better. Default: unless the metric's name ends with `loss`. */
  readonly greater_is_better: boolean | null;
  /** Whether a resumed run starts its epoch anew instead of at the next batch. Default false. */
  readonly ignore_data_skip: boolean;
  /** Label smoothing ε: (1 − ε) · loss + ε · mean over all classes. Default 0. */
  readonly label_smoothing_factor: number;
  /** Default `'adamw_torch_fused'`, the same as `'adamw_torch'` here. */
  readonly optim: OptimizerName;
  /**
   * Whether products and what they leave for the backward pass are in f16, with a loss scale that adapts itself; the
   * parameters stay in f32. Default false.
   */
  readonly fp16: boolean;
  /** The same with bf16, which has f32's range and needs no scale. Default false. */
  readonly bf16: boolean;
  /**
   * Whether batches are cut in half, as often as it takes, where memory does not suffice: the parts' gradients are added
   * up, so the updates and the number of steps stay the same. Default false.
   */
  readonly auto_find_batch_size: boolean;
  /** Whether layers are computed again in the backward pass instead of being kept; see `gradientCheckpointing`. Default false. */
  readonly gradient_checkpointing: boolean;
  /** Whether batches hold examples of about equal length. Default false. */
  readonly group_by_length: boolean;
  /** Column with the lengths for that; without it `input_ids` are measured. Default `'length'`. */
  readonly length_column_name: string;
  /** Where logs go: `'jsonl'`, `'tensorboard'`, `'html'`. Default none. */
  readonly report_to: readonly ('jsonl' | 'tensorboard' | 'html' | 'none')[] | string | null;
  /** The checkpoint to go on from; `train` takes it too, and more. */
  readonly resume_from_checkpoint: string | null;
  /** Whether logs tell tokens per second. Default false. */
  readonly include_tokens_per_second: boolean;
  /** Whether logs tell the number of tokens so far. Default false. */
  readonly include_num_input_tokens_seen: boolean;
  /** Whether the model is evaluated before the first step. Default false. */
  readonly eval_on_start: boolean;
  /**
   * Seconds between two copies of the run to the host, made while steps go on: where a GPU is lost the run goes back to
   * the last one. Null for none. Default 60; nothing is copied on devices that cannot be lost. Not in transformers.
   */
  readonly snapshot_seconds: number | null;
  /** Folder of logs. Default: `runs` in `output_dir`. */
  readonly logging_dir: string | null;
}

/** Defaults of `TrainingArguments`. */
export const defaultArguments: TrainingArguments = {
  output_dir: 'trainer_output',
  eval_strategy: 'no',
  prediction_loss_only: false,
  per_device_train_batch_size: 8,
  per_device_eval_batch_size: 8,
  gradient_accumulation_steps: 1,
  eval_delay: 0,
  learning_rate: 5e-5,
  weight_decay: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  num_train_epochs: 3,
  max_steps: -1,
  lr_scheduler_type: 'linear',
  lr_scheduler_kwargs: {},
  warmup_ratio: 0,
  warmup_steps: 0,
  logging_strategy: 'steps',
  logging_first_step: false,
  logging_steps: 500,
  save_strategy: 'steps',
  save_steps: 500,
  save_total_limit: null,
  save_only_model: false,
  seed: 42,
  data_seed: null,
  dataloader_drop_last: false,
  dataloader_num_workers: 0,
  dataloader_prefetch_factor: null,
  eval_steps: null,
  run_name: null,
  disable_tqdm: null,
  remove_unused_columns: true,
  label_names: null,
  load_best_model_at_end: false,
  metric_for_best_model: null,
  greater_is_better: null,
  ignore_data_skip: false,
  label_smoothing_factor: 0,
  optim: 'adamw_torch_fused',
  fp16: false,
  bf16: false,
  auto_find_batch_size: false,
  gradient_checkpointing: false,
  group_by_length: false,
  length_column_name: 'length',
  report_to: null,
  resume_from_checkpoint: null,
  include_tokens_per_second: false,
  include_num_input_tokens_seen: false,
  eval_on_start: false,
  logging_dir: null,
  snapshot_seconds: 60,
};

/**
 * Arguments with defaults filled in, checked.
 *
 * @throws TypeError for an argument that is not known, or that transformers knows and this trainer does not support
 * @throws RangeError for a value that makes no sense
 */
export function resolveArguments(given: Partial<TrainingArguments>): TrainingArguments {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(defaultArguments, name)) continue;
    if (!notSupported.has(name)) {
      throw new TypeError(
        `TrainingArguments: unknown argument '${name}'; it takes ${Object.keys(defaultArguments).join(', ')}`,
      );
    }
    if (JSON.stringify(value) !== JSON.stringify(notSupported.get(name))) {
      throw new TypeError(
        `TrainingArguments: '${name}' is not supported, only its default ${JSON.stringify(notSupported.get(name))}: got ${JSON.stringify(value)}`,
      );
    }
  }
  const known = Object.entries(given).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(defaultArguments, name),
  );
  const args = { ...defaultArguments, ...Object.fromEntries(known) } as TrainingArguments;
  checkRanges(args);
  checkStrategies(args);
  const followsMetric =
    args.load_best_model_at_end || args.lr_scheduler_type === 'reduce_lr_on_plateau';
  const metric = args.metric_for_best_model ?? (followsMetric ? 'loss' : null);
  return {
    ...args,
    eval_steps: args.eval_steps ?? (args.eval_strategy === 'steps' ? args.logging_steps : null),
    metric_for_best_model: metric,
    greater_is_better:
      args.greater_is_better ?? (metric === null ? null : !metric.endsWith('loss')),
  };
}

const positive = [
  'per_device_train_batch_size',
  'per_device_eval_batch_size',
  'gradient_accumulation_steps',
] as const;
const notNegative = [
  'learning_rate',
  'weight_decay',
  'max_grad_norm',
  'warmup_steps',
  'eval_delay',
  'adam_epsilon',
] as const;

function checkRanges(args: TrainingArguments): void {
  const fail = (name: keyof TrainingArguments, wants: string): never => {
    throw new RangeError(`TrainingArguments: ${name} must be ${wants}: got ${args[name]}`);
  };
  for (const name of positive) {
    if (!Number.isInteger(args[name]) || args[name] < 1) fail(name, 'a whole number above 0');
  }
  for (const name of notNegative) if (!(args[name] >= 0)) fail(name, 'at least 0');
  for (const name of ['logging_steps', 'save_steps', 'eval_steps'] as const) {
    const value = args[name];
    if (value === null) continue;
    if (!(value > 0) || (value >= 1 && !Number.isInteger(value))) {
      fail(name, 'a whole number of steps, or a share of them below 1');
    }
  }
  if (!(args.warmup_ratio >= 0 && args.warmup_ratio <= 1)) fail('warmup_ratio', 'in [0, 1]');
  const smoothing = args.label_smoothing_factor;
  if (!(smoothing >= 0 && smoothing < 1)) fail('label_smoothing_factor', 'in [0, 1)');
  if (!(args.num_train_epochs > 0) && args.max_steps <= 0) fail('num_train_epochs', 'above 0');
  if (args.fp16 && args.bf16) {
    throw new TypeError('TrainingArguments: fp16 and bf16 are two precisions; take one');
  }
  const { dataloader_num_workers: workers, dataloader_prefetch_factor: factor } = args;
  if (!Number.isInteger(workers) || workers < 0) {
    fail('dataloader_num_workers', 'a whole number from 0');
  }
  if (factor !== null && !(workers > 0 && Number.isInteger(factor) && factor >= 1)) {
    fail('dataloader_prefetch_factor', 'a whole number above 0, and only with workers');
  }
  const { snapshot_seconds: seconds } = args;
  if (seconds !== null && !(seconds >= 0)) fail('snapshot_seconds', 'at least 0, or null');
  const limit = args.save_total_limit;
  if (limit !== null && !(Number.isInteger(limit) && limit > 0)) {
    fail('save_total_limit', 'a whole number above 0, or null');
  }
}

function checkStrategies(args: TrainingArguments): void {
  const intervals = ['no', 'steps', 'epoch'];
  const choices = {
    eval_strategy: intervals,
    logging_strategy: intervals,
    save_strategy: [...intervals, 'best'],
  } as const;
  for (const [name, allowed] of Object.entries(choices)) {
    const value = args[name as keyof typeof choices];
    if (!allowed.includes(value)) {
      throw new TypeError(
        `TrainingArguments: ${name} takes ${allowed.map((each) => `'${each}'`).join(', ')}: got '${value}'`,
      );
    }
  }
  if (args.lr_scheduler_type === 'reduce_lr_on_plateau' && args.eval_strategy === 'no') {
    throw new TypeError(
      'TrainingArguments: reduce_lr_on_plateau follows evaluations; set eval_strategy',
    );
  }
  if (args.save_strategy === 'best' && args.metric_for_best_model === null) {
    throw new TypeError("TrainingArguments: save_strategy 'best' wants metric_for_best_model");
  }
  if (!args.load_best_model_at_end || args.save_strategy === 'best') return;
  if (args.eval_strategy !== args.save_strategy || args.eval_strategy === 'no') {
    throw new TypeError(
      `TrainingArguments: load_best_model_at_end wants the model saved when it is evaluated: got eval_strategy '${args.eval_strategy}', save_strategy '${args.save_strategy}'`,
    );
  }
  const evalSteps = args.eval_steps ?? args.logging_steps;
  if (args.eval_strategy === 'steps' && args.save_steps % evalSteps !== 0) {
    throw new RangeError(
      `TrainingArguments: load_best_model_at_end wants save_steps to be a multiple of eval_steps: got ${args.save_steps} and ${evalSteps}`,
    );
  }
}
