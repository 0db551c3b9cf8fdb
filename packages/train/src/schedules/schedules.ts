/**
 * Learning-rate schedules: pure functions from the number of steps taken to a factor of the learning rate.
 * Hugging Face's formulas and option names; with warm-up the factor of step 0 is 0.
 *
 * @module
 */
import { checkOptions } from '@llm/nn';

/** The factor of the learning rate after `step` steps. */
export type Schedule = (step: number) => number;

/** Linear growth from 0 over the first steps. */
export interface WarmupOptions {
  /** Steps of linear growth from 0. */
  readonly num_warmup_steps: number;
}

/** Warm-up, and the number of all steps. */
export interface DecayOptions extends WarmupOptions {
  /** All steps, warm-up included; the factor stays at its end value after them. */
  readonly num_training_steps: number;
}

const decayNames = ['num_warmup_steps', 'num_training_steps'] as const;

/** 1, always. */
export function constant(): Schedule {
  return () => 1;
}

/** Warm-up, then 1. */
export function constantWithWarmup(options: WarmupOptions): Schedule {
  checkOptions('constantWithWarmup', options, ['num_warmup_steps']);
  return warmup(options, () => 1);
}

/** Warm-up, then a line down to 0 at the last step. */
export function linear(options: DecayOptions): Schedule {
  checkOptions('linear', options, decayNames);
  return warmup(options, (step) => Math.max(0, 1 - progress(step, options)));
}

/** Warm-up, then half a cosine wave down to 0; or `num_cycles` waves (default 0.5). */
export function cosine(options: DecayOptions & { readonly num_cycles?: number }): Schedule {
  checkOptions('cosine', options, [...decayNames, 'num_cycles']);
  const { num_cycles = 0.5 } = options;
  return warmup(options, (step) => wave(progress(step, options) * num_cycles * 2));
}

/** Warm-up, then `num_cycles` (default 1) falling half-waves, each starting at 1; 0 at the end. */
export function cosineWithRestarts(
  options: DecayOptions & { readonly num_cycles?: number },
): Schedule {
  checkOptions('cosineWithRestarts', options, [...decayNames, 'num_cycles']);
  const { num_cycles = 1 } = options;
  return warmup(options, (step) => {
    const done = progress(step, options);
    return done >= 1 ? 0 : wave((num_cycles * done) % 1);
  });
}

/** As `cosine`, but down to `min_lr_rate`, a share of the learning rate. */
export function cosineWithMinLr(
  options: DecayOptions & { readonly num_cycles?: number; readonly min_lr_rate: number },
): Schedule {
  checkOptions('cosineWithMinLr', options, [...decayNames, 'num_cycles', 'min_lr_rate']);
  const { num_cycles = 0.5, min_lr_rate } = options;
  return warmup(options, (step) => {
    const factor = wave(progress(step, options) * num_cycles * 2);
    return Math.max(0, factor * (1 - min_lr_rate) + min_lr_rate);
  });
}

/** Warm-up, then (1 − progress)^`power` (default 1) between 1 and `lr_end` / `lr`. */
export function polynomial(
  options: DecayOptions & {
    /** The learning rate that the factors multiply, which `lr_end` is compared with. */
    readonly lr: number;
    /** The learning rate at the end. Default 1e-7. */
    readonly lr_end?: number;
    readonly power?: number;
  },
): Schedule {
  checkOptions('polynomial', options, [...decayNames, 'lr', 'lr_end', 'power']);
  const { lr, lr_end = 1e-7, power = 1 } = options;
  if (!(lr > lr_end)) {
    throw new RangeError(`polynomial: lr_end must be below lr: got ${lr_end} and ${lr}`);
  }
  const end = lr_end / lr;
  return warmup(options, (step) => {
    const remaining = Math.max(0, 1 - progress(step, options));
    return (1 - end) * remaining ** power + end;
  });
}

/** Warm-up, then √(t / (step − warm-up + t)), with `timescale` t = the warm-up steps, or 10,000 without any. */
export function inverseSqrt(options: WarmupOptions & { readonly timescale?: number }): Schedule {
  checkOptions('inverseSqrt', options, ['num_warmup_steps', 'timescale']);
  const timescale = options.timescale ?? (options.num_warmup_steps || 10_000);
  const shift = timescale - options.num_warmup_steps;
  return warmup(options, (step) => 1 / Math.sqrt((step + shift) / timescale));
}

/** Warm-up, then 1, then half a cosine wave down to `min_lr_ratio` (default 0). */
export function warmupStableDecay(
  options: WarmupOptions & {
    readonly num_stable_steps: number;
    readonly num_decay_steps: number;
    readonly min_lr_ratio?: number;
  },
): Schedule {
  const names = [
    'num_warmup_steps',
    'num_stable_steps',
    'num_decay_steps',
    'min_lr_ratio',
  ] as const;
  checkOptions('warmupStableDecay', options, names);
  const { num_warmup_steps, num_stable_steps, num_decay_steps, min_lr_ratio = 0 } = options;
  return warmup(options, (step) => {
    const since = step - num_warmup_steps - num_stable_steps;
    if (since < 0) return 1;
    if (since >= num_decay_steps) return min_lr_ratio;
    const factor = wave(since / Math.max(1, num_decay_steps));
    return Math.max(0, (1 - min_lr_ratio) * factor + min_lr_ratio);
  });
}

/** (1 + cos πx) / 2, from 1 at x = 0 to 0 at x = 1, and up again. */
function wave(x: number): number {
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * x)));
}

function warmup({ num_warmup_steps }: WarmupOptions, after: Schedule): Schedule {
  checkSteps('num_warmup_steps', num_warmup_steps);
  return (step) => (step < num_warmup_steps ? step / Math.max(1, num_warmup_steps) : after(step));
}

/** Share of the steps after warm-up that are done; beyond 1 after the last one. */
function progress(step: number, { num_warmup_steps, num_training_steps }: DecayOptions): number {
  return (step - num_warmup_steps) / Math.max(1, num_training_steps - num_warmup_steps);
}

function checkSteps(name: string, value: number): void {
  if (!(value >= 0)) throw new RangeError(`schedule: ${name} must be at least 0: got ${value}`);
}
