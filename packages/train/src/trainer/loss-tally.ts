import { NonFiniteLossError } from '../loop/errors.ts';

/** What happens after a loss that is NaN or infinite: an error, or the step is left out and counted. */
export type NonFinitePolicy = 'error' | 'skip';

/** A step whose loss is not known yet. */
export interface WaitingLoss {
  readonly step: number;
  readonly loss: Promise<number>;
}

/** Sums of losses: since the last log, and in all. A loss is read when the next step is under way. */
export class LossTally {
  readonly #policy: NonFinitePolicy;
  #waiting: WaitingLoss | undefined;
  #sum = 0;
  #steps = 0;
  #totalSum = 0;
  #totalSteps = 0;
  /** Steps whose loss was not finite; the optimizer has skipped them. */
  skipped = 0;
  /** The last loss that is known; NaN before. */
  last = Number.NaN;

  constructor(policy: NonFinitePolicy) {
    this.#policy = policy;
  }

  /** Takes a step's loss, and waits for that of the step before. @throws NonFiniteLossError */
  async add(step: number, loss: Promise<number>): Promise<void> {
    const before = this.#waiting;
    this.#waiting = { step, loss };
    if (before) this.#take(before.step, await before.loss);
  }

  /** Waits for the last step's loss. @throws NonFiniteLossError */
  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#take(waiting.step, await waiting.loss);
  }

  /** Mean loss since the last call; undefined if there was no step. */
  takeMean(): number | undefined {
    const mean = this.#steps > 0 ? this.#sum / this.#steps : undefined;
    this.#sum = 0;
    this.#steps = 0;
    return mean;
  }

  /** Mean loss of the whole run; NaN without a step. */
  get mean(): number {
    return this.#totalSteps > 0 ? this.#totalSum / this.#totalSteps : Number.NaN;
  }

  /** The step whose loss is not in the sums yet; to be taken along where a run goes back to a moment between steps. */
  get waiting(): WaitingLoss | undefined {
    return this.#waiting;
  }

  set waiting(waiting: WaitingLoss | undefined) {
    this.#waiting = waiting;
  }

  /** The sums, for a checkpoint. */
  save(): readonly [number, number, number, number, number] {
    return [this.#sum, this.#steps, this.#totalSum, this.#totalSteps, this.skipped];
  }

  /** Takes sums that `save` gave. */
  load(saved: ReturnType<LossTally['save']>): void {
    [this.#sum, this.#steps, this.#totalSum, this.#totalSteps, this.skipped] = saved;
  }

  #take(step: number, value: number): void {
    if (!Number.isFinite(value)) {
      if (this.#policy === 'error') throw new NonFiniteLossError(step, value);
      this.skipped++;
      return;
    }
    this.last = value;
    this.#sum += value;
    this.#steps++;
    this.#totalSum += value;
    this.#totalSteps++;
  }
}
