import { checkChoice, checkOptions } from '@llm/nn';
import type { Optimizer } from '../optimizers/optimizer.ts';

/** Options of `ReduceLROnPlateau`, with PyTorch's names and defaults. */
export interface PlateauOptions {
  /** Whether a lower or a higher metric is better. Default `'min'`. */
  readonly mode?: 'min' | 'max';
  /** What a rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** Evaluations without improvement that are borne. Default 10. */
  readonly patience?: number;
  /** Smaller differences are no improvement. Default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best metric, or a difference. Default `'rel'`. */
  readonly threshold_mode?: 'rel' | 'abs';
  /** Evaluations after a reduction that do not count. Default 0. */
  readonly cooldown?: number;
  /** No rate goes below this. Default 0. */
  readonly min_lr?: number;
  /** Smaller changes of a rate are not made. Default 1e-8. */
  readonly eps?: number;
}

/** What a resumed run needs of a `ReduceLROnPlateau`: plain values for JSON. */
export interface PlateauState {
  /** The best metric so far; null before the first. */
  readonly best: number | null;
  /** Evaluations since the last improvement. */
  readonly num_bad_epochs: number;
  /** Evaluations of the cooldown that are left. */
  readonly cooldown_counter: number;
  /** Rates of the optimizer's groups. */
  readonly rates: readonly number[];
}

const defaults: Required<PlateauOptions> = {
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  threshold_mode: 'rel',
  cooldown: 0,
  min_lr: 0,
  eps: 1e-8,
};

/** Lowers the learning rates when a metric has stopped improving, as PyTorch's class of this name. */
export class ReduceLROnPlateau {
  readonly #optimizer: Optimizer;
  readonly #options: Required<PlateauOptions>;
  #best: number | null = null;
  #bad = 0;
  #cooldown = 0;

  /** @throws RangeError unless factor is below 1 */
  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    const names = Object.keys(defaults) as (keyof PlateauOptions)[];
    checkOptions('ReduceLROnPlateau', options, names);
    this.#options = { ...defaults, ...options };
    this.#optimizer = optimizer;
    const { mode, threshold_mode, factor } = this.#options;
    checkChoice('ReduceLROnPlateau', 'mode', mode, ['min', 'max']);
    checkChoice('ReduceLROnPlateau', 'threshold_mode', threshold_mode, ['rel', 'abs']);
    if (!(factor < 1 && factor >= 0)) {
      throw new RangeError(`ReduceLROnPlateau: factor must be below 1: got ${factor}`);
    }
  }

  /**
   * Takes the metric of an evaluation, and lowers the rates if it is time.
   *
   * @throws RangeError for NaN
   */
  step(metric: number): void {
    if (Number.isNaN(metric)) throw new RangeError('ReduceLROnPlateau: the metric is NaN');
    const { patience, cooldown } = this.#options;
    if (this.#improves(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else this.#bad += 1;
    if (this.#cooldown > 0) {
      this.#cooldown -= 1;
      this.#bad = 0;
    }
    if (this.#bad > patience) {
      this.#reduce();
      this.#cooldown = cooldown;
      this.#bad = 0;
    }
  }

  /** What a resumed run needs. */
  stateDict(): PlateauState {
    return {
      best: this.#best,
      num_bad_epochs: this.#bad,
      cooldown_counter: this.#cooldown,
      rates: this.#optimizer.groups.map(({ lr }) => lr),
    };
  }

  /**
   * Takes what `stateDict()` gave, and sets the rates.
   *
   * @throws TypeError if it has not one rate per group, or no counters
   */
  loadStateDict(state: PlateauState): void {
    const { groups } = this.#optimizer;
    const { best, num_bad_epochs, cooldown_counter, rates } = state;
    if (rates?.length !== groups.length || !rates.every(Number.isFinite)) {
      throw new TypeError(
        `ReduceLROnPlateau: the state wants rates of ${groups.length} groups: got ${JSON.stringify(rates)}`,
      );
    }
    if (!Number.isInteger(num_bad_epochs) || !Number.isInteger(cooldown_counter)) {
      throw new TypeError('ReduceLROnPlateau: the state lacks num_bad_epochs or cooldown_counter');
    }
    this.#best = best;
    this.#bad = num_bad_epochs;
    this.#cooldown = cooldown_counter;
    for (const [index, group] of groups.entries()) group.lr = rates[index]!;
  }

  #improves(metric: number): boolean {
    const { mode, threshold, threshold_mode } = this.#options;
    if (this.#best === null) return true;
    const sign = mode === 'min' ? -1 : 1;
    const goal =
      threshold_mode === 'rel'
        ? this.#best * (1 + sign * threshold)
        : this.#best + sign * threshold;
    return mode === 'min' ? metric < goal : metric > goal;
  }

  #reduce(): void {
    const { factor, min_lr, eps } = this.#options;
    for (const group of this.#optimizer.groups) {
      const next = Math.max(group.lr * factor, min_lr);
      if (group.lr - next > eps) group.lr = next;
    }
  }
}
