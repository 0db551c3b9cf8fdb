import { checkChoice, checkOptions, type Module } from '@llm/nn';
import { NonFiniteLossError } from '../../loop/errors.ts';
import type { TrainingArguments } from '../arguments.ts';
import type { TrainerCallback } from '../callback.ts';
import { Journal, type TrialResult } from './journal.ts';
import {
  checkSpace,
  defaultSpace,
  drawTrial,
  gridOf,
  type Hyperparameters,
  type SearchSpace,
} from './space.ts';

/** Options of `Trainer.hyperparameter_search`. */
export interface SearchOptions<Model extends Module = Module> {
  /** Makes the model of a trial, after the generator was seeded by the trial's `seed`. */
  model_init(hyperparameters: Hyperparameters): Model | Promise<Model>;
  /** What is searched: names of `TrainingArguments`. Default: transformers' space. */
  readonly hp_space?: SearchSpace;
  /** The number that is optimized. Default, as in transformers: the sum of the metrics, or the loss where there are none. */
  compute_objective?(metrics: Readonly<Record<string, number>>): number;
  /** Default `'minimize'`. */
  readonly direction?: 'minimize' | 'maximize';
  /**
   * `'random'` draws `n_trials`; `'grid'` takes every combination; `'halving'` draws as random, trains all a little, and
   * goes on with the best of them, a few steps at a time. Default `'random'`.
   */
  readonly method?: 'random' | 'grid' | 'halving';
  /** Trials; not for a grid. Default 20. */
  readonly n_trials?: number;
  /** With halving: one of so many goes on, for so many times the steps. Default 3. */
  readonly reduction_factor?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
  /** Callbacks of each trial. */
  callbacks?(): readonly TrainerCallback[];
  /** Where trials are written, on disk or in a page's private file system, so that the same call goes on with a search that was stopped. Needed for halving. */
  readonly output_dir?: string;
}

/** What a search found. */
export interface SearchResult {
  /** The best trial. */
  readonly best_run: TrialResult;
  /** All trials, as far as each was trained, the best first. */
  readonly trials: readonly TrialResult[];
}

const names = [
  'model_init',
  'hp_space',
  'compute_objective',
  'direction',
  'method',
  'n_trials',
  'reduction_factor',
  'seed',
  'callbacks',
  'output_dir',
] as const;

/** What a trial asks of a `Trainer`. */
interface TrialTrainer {
  readonly args: Pick<TrainingArguments, 'save_strategy'>;
  train(options: { readonly resume_from_checkpoint?: 'auto' }): Promise<unknown>;
  evaluate(): Promise<Readonly<Record<string, number>>>;
}

/** Makes the trainer of a trial. */
type MakeTrialTrainer = (
  hyperparameters: Hyperparameters,
  args: Partial<TrainingArguments>,
  callbacks: readonly TrainerCallback[],
) => Promise<TrialTrainer>;

/** Tries hyperparameters and tells which are best. */
export async function searchHyperparameters(
  options: SearchOptions,
  trainerOf: MakeTrialTrainer,
): Promise<SearchResult> {
  const search = new Search(options, trainerOf);
  return search.run();
}

class Search {
  readonly #options: SearchOptions;
  readonly #trainerOf: MakeTrialTrainer;
  readonly #trials: readonly Hyperparameters[];
  readonly #journal: Journal;
  readonly #factor: number;

  constructor(options: SearchOptions, trainerOf: MakeTrialTrainer) {
    checkOptions('hyperparameter_search', options, names);
    const { method = 'random', direction = 'minimize', n_trials = 20, seed = 0 } = options;
    const { hp_space: space = defaultSpace, reduction_factor = 3, output_dir } = options;
    checkChoice('hyperparameter_search', 'method', method, ['random', 'grid', 'halving']);
    checkChoice('hyperparameter_search', 'direction', direction, ['minimize', 'maximize']);
    checkSpace(space);
    for (const [name, value, least] of [
      ['n_trials', n_trials, 1],
      ['reduction_factor', reduction_factor, 2],
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        throw new RangeError(
          `hyperparameter_search: ${name} must be a whole number from ${least}: got ${value}`,
        );
      }
    }
    if (method === 'grid' && options.n_trials !== undefined) {
      throw new TypeError(
        'hyperparameter_search: a grid has as many trials as combinations; leave n_trials out',
      );
    }
    if (method === 'halving' && output_dir === undefined) {
      throw new TypeError(
        'hyperparameter_search: halving goes on from checkpoints; give an output_dir',
      );
    }
    this.#options = { ...options, method, direction, seed, hp_space: space };
    this.#trainerOf = trainerOf;
    this.#factor = reduction_factor;
    this.#journal = new Journal(output_dir);
    this.#trials =
      method === 'grid'
        ? gridOf(space)
        : Array.from({ length: n_trials }, (_, trial) => drawTrial(space, seed, trial));
  }

  async run(): Promise<SearchResult> {
    const { hp_space, method, seed, direction } = this.#options;
    const count = this.#trials.length;
    await this.#journal.open({
      hp_space,
      method,
      seed,
      direction,
      trials: count,
      factor: this.#factor,
    });
    let runs = this.#trials.map((_, run) => run);
    for (const share of this.#shares()) {
      const results: TrialResult[] = [];
      for (const run of runs) results.push(await this.#trial(run, share));
      const kept = this.#sorted(results).slice(0, Math.ceil(runs.length / this.#factor));
      runs = kept.map(({ run_id }) => run_id);
    }
    // Of each trial the last result, which is for the largest share.
    const last = new Map(this.#journal.results.map((result) => [result.run_id, result]));
    const trials = this.#sorted([...last.values()]);
    return { best_run: trials[0]!, trials };
  }

  /** Shares of the steps after which trials are compared. */
  #shares(): number[] {
    if (this.#options.method !== 'halving') return [1];
    const rungs = 1 + Math.floor(Math.log(this.#trials.length) / Math.log(this.#factor) + 1e-9);
    return Array.from({ length: rungs }, (_, rung) => this.#factor ** (rung - rungs + 1));
  }

  /** Those trained longest first, then by objective, the first of equals first. */
  #sorted(results: readonly TrialResult[]): TrialResult[] {
    const sign = this.#options.direction === 'minimize' ? 1 : -1;
    const worth = ({ objective }: TrialResult) =>
      objective === null ? Infinity : sign * objective;
    const difference = (a: TrialResult, b: TrialResult) =>
      worth(a) === worth(b) ? a.run_id - b.run_id : worth(a) - worth(b);
    return [...results].sort((a, b) => b.share - a.share || difference(a, b));
  }

  async #trial(run: number, share: number): Promise<TrialResult> {
    const known = this.#journal.find(run, share);
    if (known) return known;
    const hyperparameters = this.#trials[run]!;
    const { output_dir, method, callbacks = () => [] } = this.#options;
    const args: Partial<TrainingArguments> = {
      ...hyperparameters,
      ...(output_dir !== undefined && { output_dir: `${output_dir}/run-${run}` }),
      // Saved where it stops, and nowhere else.
      ...(method === 'halving' && { save_strategy: 'steps', save_steps: 1e9, save_total_limit: 1 }),
    };
    const trainer = await this.#trainerOf(hyperparameters, args, [
      ...callbacks(),
      stopAfter(share),
    ]);
    let metrics: Record<string, number> = {};
    try {
      const resumes = output_dir !== undefined && trainer.args.save_strategy !== 'no';
      await trainer.train(resumes ? { resume_from_checkpoint: 'auto' } : {});
      metrics = await trainer.evaluate();
    } catch (error) {
      if (!(error instanceof NonFiniteLossError)) throw error;
    }
    const isDone = Object.keys(metrics).length > 0;
    const compute = this.#options.compute_objective ?? defaultObjective;
    const objective = isDone ? compute(metrics) : Number.NaN;
    if (typeof objective !== 'number') {
      throw new TypeError(
        `hyperparameter_search: compute_objective must return a number: got ${objective}`,
      );
    }
    const result: TrialResult = {
      run_id: run,
      hyperparameters,
      share,
      objective: Number.isFinite(objective) ? objective : null,
      metrics,
    };
    await this.#journal.add(result);
    return result;
  }
}

/** Stops a run after a share of its steps, with a checkpoint to go on from. */
function stopAfter(share: number): TrainerCallback {
  return {
    on_step_end(_args, state, control) {
      if (share === 1 || state.global_step < Math.ceil(share * state.max_steps)) return;
      control.should_training_stop = true;
      control.should_save = true;
    },
  };
}

/** As transformers' `default_compute_objective`. */
function defaultObjective(metrics: Readonly<Record<string, number>>): number {
  const scores = Object.entries(metrics).filter(
    ([name]) => name !== 'eval_loss' && !/_runtime$|_per_second$/.test(name),
  );
  if (scores.length > 0) return scores.reduce((sum, [, value]) => sum + value, 0);
  const { eval_loss } = metrics;
  if (eval_loss !== undefined) return eval_loss;
  throw new Error('hyperparameter_search: the evaluation reports neither metrics nor a loss');
}
