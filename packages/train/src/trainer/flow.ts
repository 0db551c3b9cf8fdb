import type { TrainingArguments } from './arguments.ts';
import type { TrainerCallback } from './callback.ts';
import type { TrainerState } from './state.ts';

/** The trainer's own callback: sets the flags of `control` by the strategies of the arguments. */
export const defaultFlow: TrainerCallback = {
  on_step_end(args, state, control) {
    const { global_step: step } = state;
    if (args.logging_first_step && step === 1) control.should_log = true;
    if (args.logging_strategy === 'steps' && step % state.logging_steps === 0) {
      control.should_log = true;
    }
    if (
      args.eval_strategy === 'steps' &&
      step % state.eval_steps === 0 &&
      step >= args.eval_delay
    ) {
      control.should_evaluate = true;
    }
    if (args.save_strategy === 'steps' && step % state.save_steps === 0) control.should_save = true;
    if (step >= state.max_steps) {
      control.should_training_stop = true;
      if (args.save_strategy === 'steps') control.should_save = true;
    }
  },
  on_epoch_end(args, state, control) {
    if (args.logging_strategy === 'epoch') control.should_log = true;
    if (args.eval_strategy === 'epoch' && args.eval_delay <= state.epoch) {
      control.should_evaluate = true;
    }
    if (args.save_strategy === 'epoch') control.should_save = true;
  },
};

/** Steps between two of something: as given, or a share of all. */
export function intervalOf(steps: number, total: number): number {
  return steps < 1 ? Math.ceil(total * steps) : steps;
}

/** Whether a metric is better than the best so far; NaN never is. */
export function isBetter(args: TrainingArguments, state: TrainerState, value: number): boolean {
  if (Number.isNaN(value)) return false;
  if (state.best_metric === null) return true;
  return args.greater_is_better ? value > state.best_metric : value < state.best_metric;
}

/**
 * The metric that decides what is best.
 *
 * @throws Error naming those reported, if it is not among them
 */
export function watchedMetric(
  args: TrainingArguments,
  metrics: Readonly<Record<string, number>>,
): number {
  const wanted = args.metric_for_best_model ?? 'loss';
  const name = wanted.startsWith('eval_') ? wanted : `eval_${wanted}`;
  const value = metrics[name];
  if (value === undefined) {
    throw new Error(
      `Trainer: metric_for_best_model is '${wanted}', but the evaluation reports ${Object.keys(metrics).join(', ')}; return it from compute_metrics`,
    );
  }
  return value;
}
