import { checkOptions } from '@llm/nn';
import type { TrainerCallback } from './callback.ts';
import { watchedMetric } from './flow.ts';

/** Options of `earlyStopping`, with transformers' names and defaults. */
export interface EarlyStoppingOptions {
  /** Evaluations without an improvement after which the run ends. Default 1. */
  readonly early_stopping_patience?: number;
  /** An improvement is more than this. Default 0. */
  readonly early_stopping_threshold?: number;
}

/**
 * Ends a run whose metric no longer improves, as transformers' `EarlyStoppingCallback`; a resumed run remembers.
 *
 * @throws RangeError for a patience below 1
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): TrainerCallback {
  checkOptions('earlyStopping', options, ['early_stopping_patience', 'early_stopping_threshold']);
  const { early_stopping_patience: patience = 1, early_stopping_threshold: threshold = 0 } =
    options;
  if (!(patience >= 1)) {
    throw new RangeError(
      `earlyStopping: early_stopping_patience must be at least 1: got ${patience}`,
    );
  }
  let best: number | undefined;
  let waited = 0;
  // An evaluation after the run, perhaps of other data, decides nothing.
  let isTraining = false;
  return {
    name: 'early_stopping',
    on_train_begin(args) {
      isTraining = true;
      if (args.metric_for_best_model === null || args.eval_strategy === 'no') {
        throw new Error(
          'earlyStopping: wants an eval_strategy, and metric_for_best_model or load_best_model_at_end',
        );
      }
    },
    on_evaluate(args, _state, control, { metrics = {} }) {
      if (!isTraining) return;
      const value = watchedMetric(args, metrics);
      // NaN is no improvement, also where it comes first.
      const first = Number.isNaN(value) ? 0 : Infinity;
      const gain =
        best === undefined ? first : args.greater_is_better ? value - best : best - value;
      if (gain > threshold) waited = 0;
      else waited++;
      if (gain > 0) best = value;
      if (waited >= patience) control.should_training_stop = true;
    },
    on_train_end() {
      isTraining = false;
    },
    state: () => ({ best: best ?? null, waited }),
    load_state(saved) {
      const { best: savedBest, waited: savedWaited } = saved as {
        best: number | null;
        waited: number;
      };
      best = savedBest ?? undefined;
      waited = savedWaited;
    },
  };
}
