/**
 * Learning-rate schedules: pure functions from the number of steps taken to a factor of the learning rate.
 * Hugging Face's formulas and option names; with warm-up the factor of step 0 is 0.
 *
 * @module
 */
import { checkChoice, checkOptions } from '@llm/nn';

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

/**
 * As `cosineWithMinLr`, but warm-up ends at step `num_warmup_steps` − 1 and never is 0: it grows from
 * `warmup_lr_rate`, a share of the learning rate, or by 1 / warm-up steps.
 */
export function cosineWarmupWithMinLr(
  options: DecayOptions & {
    readonly num_cycles?: number;
    readonly min_lr_rate: number;
    /** Share of the learning rate at step 0. Default 1 / `num_warmup_steps`. */
    readonly warmup_lr_rate?: number;
  },
): Schedule {
  const names = [...decayNames, 'num_cycles', 'min_lr_rate', 'warmup_lr_rate'] as const;
  checkOptions('cosineWarmupWithMinLr', options, names);
  const { num_warmup_steps, num_cycles = 0.5, min_lr_rate, warmup_lr_rate } = options;
  checkSteps('num_warmup_steps', num_warmup_steps);
  return (step) => {
    if (step < num_warmup_steps) {
      if (warmup_lr_rate === undefined) return (step + 1) / num_warmup_steps;
      return warmup_lr_rate + ((1 - warmup_lr_rate) * step) / Math.max(1, num_warmup_steps - 1);
    }
    const factor = wave(progress(step + 1, options) * num_cycles * 2);
    return Math.max(0, factor * (1 - min_lr_rate) + min_lr_rate);
  };
}

/** Shapes of growth and decay between 0 and 1. */
export type RampType = 'linear' | 'cosine' | '1-sqrt';

/**
 * Growth from `min_lr_ratio` (default 0) to 1 by `warmup_type`, then 1, then decay to `min_lr_ratio` by `decay_type`,
 * where a cosine has `num_cycles` (default 0.5) waves.
 */
export function warmupStableDecay(
  options: WarmupOptions & {
    readonly num_stable_steps: number;
    readonly num_decay_steps: number;
    /** Default `'linear'`. */
    readonly warmup_type?: RampType;
    /** Default `'cosine'`. */
    readonly decay_type?: RampType;
    readonly min_lr_ratio?: number;
    readonly num_cycles?: number;
  },
): Schedule {
  const names = [
    'num_warmup_steps',
    'num_stable_steps',
    'num_decay_steps',
    'warmup_type',
    'decay_type',
    'min_lr_ratio',
    'num_cycles',
  ] as const;
  checkOptions('warmupStableDecay', options, names);
  const { num_warmup_steps, num_stable_steps, num_decay_steps, min_lr_ratio = 0 } = options;
  const { warmup_type = 'linear', decay_type = 'cosine', num_cycles = 0.5 } = options;
  checkSteps('num_warmup_steps', num_warmup_steps);
  checkChoice('warmupStableDecay', 'warmup_type', warmup_type, rampTypes);
  checkChoice('warmupStableDecay', 'decay_type', decay_type, rampTypes);
  const falls: Record<RampType, (done: number) => number> = {
    linear: (done) => 1 - done,
    cosine: (done) => wave(done * num_cycles * 2),
    '1-sqrt': (done) => 1 - Math.sqrt(done),
  };
  const rises: Record<RampType, (done: number) => number> = {
    linear: (done) => done,
    cosine: (done) => 1 - wave(done),
    '1-sqrt': (done) => 1 - Math.sqrt(1 - done),
  };
  const scaled = (factor: number): number =>
    Math.max(0, (1 - min_lr_ratio) * factor + min_lr_ratio);
  return (step) => {
    if (step < num_warmup_steps) return scaled(rises[warmup_type](step / num_warmup_steps));
    const since = step - num_warmup_steps - num_stable_steps;
    if (since < 0) return 1;
    if (since >= num_decay_steps) return min_lr_ratio;
    return scaled(falls[decay_type](since / num_decay_steps));
  };
}

const rampTypes: readonly RampType[] = ['linear', 'cosine', '1-sqrt'];

/** Options of `oneCycle`, with PyTorch's names and defaults. */
export interface OneCycleOptions {
  /** All steps; the last factor is that of step `total_steps` − 1. */
  readonly total_steps: number;
  /** Share of the steps in which the rate grows. Default 0.3. */
  readonly pct_start?: number;
  /** Default `'cos'`. */
  readonly anneal_strategy?: 'cos' | 'linear';
  /** The first factor is 1 / this. Default 25. */
  readonly div_factor?: number;
  /** The last factor is the first / this. Default 1e4. */
  readonly final_div_factor?: number;
  /** Whether the rate falls as it grew, and then on to the last. Default false: in one go. */
  readonly three_phase?: boolean;
}

/** One cycle (Smith and Topin, 2018), as PyTorch's `OneCycleLR` whose `max_lr` is the optimizer's rate. */
export function oneCycle(options: OneCycleOptions): Schedule {
  checkOptions('oneCycle', options, [
    'total_steps',
    'pct_start',
    'anneal_strategy',
    'div_factor',
    'final_div_factor',
    'three_phase',
  ]);
  const { total_steps, pct_start = 0.3, anneal_strategy = 'cos', three_phase = false } = options;
  checkChoice('oneCycle', 'anneal_strategy', anneal_strategy, ['cos', 'linear']);
  if (!Number.isInteger(total_steps) || total_steps < 1) {
    throw new RangeError(`oneCycle: total_steps must be a whole number from 1: got ${total_steps}`);
  }
  if (!(pct_start >= 0 && pct_start <= 1)) {
    throw new RangeError(`oneCycle: pct_start must be in [0, 1]: got ${pct_start}`);
  }
  const first = 1 / (options.div_factor ?? 25);
  const last = first / (options.final_div_factor ?? 1e4);
  const peak = { end: pct_start * total_steps - 1, from: first, to: 1 };
  const end = total_steps - 1;
  const phases = three_phase
    ? [
        peak,
        { end: 2 * pct_start * total_steps - 2, from: 1, to: first },
        { end, from: first, to: last },
      ]
    : [peak, { end, from: 1, to: last }];
  return (step) => {
    if (step >= end) return last;
    const index = phases.findIndex((phase) => step <= phase.end);
    const { from, to, end: finish } = phases[index]!;
    const start = index === 0 ? 0 : phases[index - 1]!.end;
    const done = (step - start) / (finish - start);
    return from + (to - from) * (anneal_strategy === 'cos' ? 1 - wave(done) : done);
  };
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
