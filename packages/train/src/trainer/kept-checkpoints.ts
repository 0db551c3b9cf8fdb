import type { TrainingArguments } from './arguments.ts';
import { Checkpoints } from './checkpoints.ts';
import { isBetter, watchedMetric } from './flow.ts';
import type { TrainerState } from './state.ts';
import type { FolderFiles } from './storage/run-storage.ts';

/** A trainer's checkpoints, by its arguments: which one is the best, which stay, and from which a run goes on. */
export class KeptCheckpoints {
  readonly #args: TrainingArguments;
  readonly #state: TrainerState;
  readonly #checkpoints: Checkpoints;

  /** @param state of the run, which is read and notes the best evaluation */
  constructor(args: TrainingArguments, state: TrainerState) {
    this.#args = args;
    this.#state = state;
    this.#checkpoints = new Checkpoints(args.output_dir);
  }

  /**
   * Makes the folder, where anything is to be saved.
   *
   * @throws Error if it cannot be written
   */
  async prepare(): Promise<void> {
    if (this.#args.save_strategy !== 'no') await this.#checkpoints.prepare();
  }

  /** Notes an evaluation in the state if it is the best so far, which it tells. */
  noteBest(metrics: Readonly<Record<string, number>>): boolean {
    const [args, state] = [this.#args, this.#state];
    if (args.metric_for_best_model === null || state.global_step === 0) return false;
    const value = watchedMetric(args, metrics);
    if (!isBetter(args, state, value)) return false;
    state.best_metric = value;
    state.best_global_step = state.global_step;
    return true;
  }

  /** Saves the present step's checkpoint; the oldest ones beyond the limit go. */
  async save(files: FolderFiles): Promise<void> {
    await this.#checkpoints.write(this.#state.global_step, files);
    await this.#rotate();
  }

  /** The folder of the best checkpoint; undefined if none is noted. */
  best(): string | undefined {
    const step = this.#bestStep();
    return step === undefined ? undefined : this.#checkpoints.path(step);
  }

  /**
   * The folder of the checkpoint to go on from; undefined to start anew.
   *
   * @param wish see `TrainOptions.resume_from_checkpoint`
   * @throws Error if one must be there and is not
   */
  async resumeFrom(wish: string | boolean): Promise<string | undefined> {
    if (wish === false) return undefined;
    if (typeof wish === 'string' && wish !== 'auto') return wish;
    const latest = await this.#checkpoints.latest();
    if (latest === undefined && wish === true) {
      throw new Error(
        `Trainer: there is no whole checkpoint in ${this.#checkpoints.folder} to go on from; 'auto' starts anew then`,
      );
    }
    return latest;
  }

  /**
   * Removes the oldest checkpoints beyond the limit; never the best one, nor the newest. One that cannot be removed
   * stays and is named: the run, whose state is saved, goes on.
   */
  async #rotate(): Promise<void> {
    const { save_total_limit: limit } = this.#args;
    if (limit === null) return;
    const newest = this.#state.global_step;
    const steps = await this.#checkpoints.steps();
    const kept = new Set([this.#bestStep() ?? newest, newest]);
    let excess = steps.length - Math.max(limit, kept.size);
    for (const step of steps) {
      if (excess <= 0) break;
      if (kept.has(step)) continue;
      await this.#checkpoints.remove(step).catch((error: Error) => {
        const place = this.#checkpoints.path(step);
        console.warn(
          `Trainer: cannot remove ${place}, one more than save_total_limit ${limit}: ${error.message}`,
        );
      });
      excess--;
    }
  }

  /** The step of the best checkpoint; the folder may have been moved since it was noted. */
  #bestStep(): number | undefined {
    const step = /checkpoint-(\d+)$/.exec(this.#state.best_model_checkpoint ?? '')?.[1];
    return step === undefined ? undefined : Number(step);
  }
}
