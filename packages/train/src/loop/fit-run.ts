import type { Tensor } from '@llm/nn';
import type { FitResult, StepEvent, StopReason } from './callback.ts';
import { NonFiniteLossError } from './errors.ts';
import type { FitOptions } from './fit-options.ts';
import { countersOf, type RunCounters, restoreCounters } from './resume.ts';
import { Snapshots } from './snapshots.ts';
import { SpeedMeter } from './speed.ts';

/** A step that is under way. */
interface Submitted {
  readonly step: number;
  readonly loss: Promise<number>;
  readonly tokens: number;
  readonly learningRate: number | undefined;
}

/** Where a run is. */
interface Progress {
  /** The last step whose loss is known. */
  readonly step: number;
  /** That loss. */
  readonly loss: number;
  readonly tokens: number;
}

/** Where a run is at a snapshot. */
interface FitCounters {
  readonly step: number;
  readonly run: RunCounters;
  /** Learning rates of the optimizer's groups. */
  readonly rates: readonly number[];
  readonly done: Progress;
  /** The step that `run` counts and `done` does not yet. */
  readonly pending: Submitted | undefined;
}

/** One call of `fit`. */
export class FitRun<Batch> {
  readonly #options: FitOptions<Batch>;
  readonly #now: () => number;
  readonly #start: number;
  readonly #speed: SpeedMeter;
  readonly #snapshots: Snapshots<FitCounters> | undefined;
  #iterator: Iterator<Batch> | AsyncIterator<Batch>;
  #done: Progress;
  #pending: Submitted | undefined;
  #submitted: number;
  #reason: StopReason | undefined;

  constructor(options: FitOptions<Batch>) {
    const { startStep = 0, steps, signal } = options;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#start = this.#now() / 1000;
    this.#speed = new SpeedMeter(this.#start);
    this.#iterator = iteratorOf(options.batches);
    this.#done = { step: startStep, loss: Number.NaN, tokens: 0 };
    this.#submitted = startStep;
    if (startStep >= steps) this.#reason = 'finished';
    else if (signal?.aborted) this.#reason = 'interrupted';
    this.#snapshots = this.#createSnapshots();
  }

  /** Runs to the end, over losses of the device. */
  async run(): Promise<FitResult> {
    const { steps, signal } = this.#options;
    try {
      if (!this.#reason) await this.#snapshots?.begin();
      while (!(await this.#advance()));
    } finally {
      await this.#iterator.return?.();
    }
    const isCut = signal?.aborted && this.#done.step < steps;
    const reason = isCut ? 'interrupted' : this.#reason!;
    return { ...this.#done, reason, seconds: this.#now() / 1000 - this.#start };
  }

  /** Goes on until the run ends; false if the device was lost, and everything is back at an earlier step. */
  async #advance(): Promise<boolean> {
    try {
      while (!this.#reason) await this.#step();
      if (this.#pending) await this.#finish(this.#pending);
      return true;
    } catch (error) {
      if (!this.#snapshots) throw error;
      await this.#rollBack(this.#snapshots, error);
      return false;
    }
  }

  async #step(): Promise<void> {
    const options = this.#options;
    const { optimizer, scheduler, checkpoint, steps, signal } = options;
    const { done, value: batch } = await this.#iterator.next();
    if (done) {
      this.#reason = 'exhausted';
      return;
    }
    const learningRate = optimizer?.groups[0]?.lr;
    const { loss } = await options.step(batch);
    scheduler?.step();
    this.#submitted++;
    const current: Submitted = {
      step: this.#submitted,
      loss: readLoss(loss),
      tokens: options.tokens?.(batch) ?? 0,
      learningRate,
    };
    const before = this.#pending;
    this.#pending = current;
    let stop = before ? await this.#finish(before) : false;
    if (checkpoint && this.#submitted % checkpoint.every === 0) {
      stop = (await this.#finish(current)) || stop;
      this.#pending = undefined;
      await checkpoint.save(this.#submitted);
    }
    if (this.#submitted >= steps) this.#reason = 'finished';
    else if (stop || signal?.aborted) this.#reason = 'interrupted';
    else await this.#snapshots?.consider();
  }

  /** Waits for a step's loss and reports it; true if a callback wants to stop. */
  async #finish({ step, loss, tokens, learningRate }: Submitted): Promise<boolean> {
    const { steps, callbacks = [] } = this.#options;
    const speed = this.#speed;
    const value = await loss;
    if (!Number.isFinite(value)) throw new NonFiniteLossError(step, value);
    const seconds = this.#now() / 1000;
    speed.add(seconds, tokens);
    this.#done = { step, loss: value, tokens: this.#done.tokens + tokens };
    const event: StepEvent = {
      step,
      steps,
      loss: value,
      learningRate,
      tokens,
      tokensPerSecond: speed.tokensPerSecond,
      elapsedSeconds: seconds - this.#start,
      remainingSeconds: speed.secondsPerStep * (steps - step),
    };
    let stop = false;
    for (const callback of callbacks) stop = (await callback.onStep?.(event)) === 'stop' || stop;
    return stop;
  }

  #createSnapshots(): Snapshots<FitCounters> | undefined {
    const { snapshot } = this.#options;
    if (!snapshot) return undefined;
    const { model, optimizer, variables = [], snapshot_seconds = 60 } = snapshot;
    return new Snapshots<FitCounters>(
      {
        variables: () => [
          ...Array.from(model.namedVariables(), ([, variable]) => variable),
          ...optimizer.variables,
          ...variables,
        ],
        save: () => {
          const counters: FitCounters = {
            step: this.#submitted,
            run: countersOf(snapshot, this.#submitted),
            rates: optimizer.groups.map(({ lr }) => lr),
            done: this.#done,
            pending: this.#pending,
          };
          return { counters, pending: this.#pending?.loss };
        },
      },
      snapshot_seconds,
      this.#now,
    );
  }

  async #rollBack(snapshots: Snapshots<FitCounters>, error: unknown): Promise<void> {
    const { snapshot, batches, callbacks = [] } = this.#options;
    const { step, run, rates, done, pending } = await snapshots.rollBack(error, this.#done.step);
    restoreCounters(snapshot!, run);
    snapshot!.optimizer.groups.forEach((group, i) => {
      group.lr = rates[i]!;
    });
    const iterator = iteratorOf(batches);
    // An iterator that can be used once goes on by the state of the batches, unless it has come to its end.
    if (iterator === this.#iterator && this.#reason === 'exhausted') throw error;
    if (iterator !== this.#iterator) await this.#iterator.return?.();
    this.#iterator = iterator;
    const reported = this.#done.step;
    this.#done = done;
    this.#pending = pending;
    if (pending && reported >= pending.step) {
      const tokens = done.tokens + pending.tokens;
      this.#done = { step: pending.step, loss: await pending.loss, tokens };
      this.#pending = undefined;
    }
    this.#submitted = step;
    this.#reason = undefined;
    const event = { step, error: error as Error };
    for (const callback of callbacks) await callback.onRollBack?.(event);
  }
}

function iteratorOf<Batch>(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Iterator<Batch> | AsyncIterator<Batch> {
  return Symbol.asyncIterator in batches
    ? batches[Symbol.asyncIterator]()
    : batches[Symbol.iterator]();
}

/** The loss's value; an error surfaces where it is awaited, not before. */
function readLoss(loss: Tensor): Promise<number> {
  const value = loss.item();
  value.catch(() => {});
  return value;
}
