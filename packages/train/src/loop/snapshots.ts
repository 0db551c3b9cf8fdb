import { type Variable, VariableSnapshot } from '@llm/nn';

/** Losses of the device in a row, no step being done for the first time between them, that end a run. */
const patience = 3;

/** What is counted at least: the last step that was submitted. */
interface StepCounter {
  readonly step: number;
}

/** A run, as far as going back to an earlier step takes it. */
interface SnapshotParts<Counters extends StepCounter> {
  /** Everything of the run that lies on the device. */
  variables(): Iterable<Variable>;
  /** What the host counts, after the last step that was submitted; `pending` is what that step still owes. */
  save(): { readonly counters: Counters; readonly pending?: Promise<unknown> | undefined };
}

/** A whole copy of a run. */
interface Snapshot<Counters> {
  readonly variables: VariableSnapshot;
  readonly counters: Counters;
}

/**
 * Copies of a run on the host, from time to time, and the way back to the last one after a GPU was lost. Nothing is
 * copied where no device can be lost.
 */
export class Snapshots<Counters extends StepCounter> {
  readonly #parts: SnapshotParts<Counters>;
  readonly #seconds: number;
  readonly #now: () => number;
  #last: Snapshot<Counters> | undefined;
  /** The copy that is being made; resolves either way. */
  #coming: Promise<void> | undefined;
  #isAtRisk = false;
  #takenAt = 0;
  /** Losses since a step was done that had not been done before, and the furthest step then. */
  #losses = 0;
  #furthest = Number.NEGATIVE_INFINITY;

  /**
   * @param seconds time between two copies; null for none at all
   * @param now milliseconds of a steady clock
   */
  constructor(
    parts: SnapshotParts<Counters>,
    seconds: number | null,
    now: () => number = () => performance.now(),
  ) {
    this.#parts = parts;
    this.#seconds = seconds ?? Number.POSITIVE_INFINITY;
    this.#now = now;
  }

  /** Takes the first copy, before the first step. */
  async begin(): Promise<void> {
    if (this.#seconds === Number.POSITIVE_INFINITY) return;
    this.#isAtRisk = await VariableSnapshot.areAtRisk(this.#parts.variables());
    if (this.#isAtRisk) await this.#take();
  }

  /** Takes a copy if it is time, without waiting for it. To be called between two steps. */
  async consider(): Promise<void> {
    if (!this.#isAtRisk || this.#coming) return;
    if (this.#now() - this.#takenAt >= 1000 * this.#seconds) await this.#take();
  }

  /**
   * Goes back to the last whole copy on a new device.
   *
   * @param step the last step that was done
   * @returns the counters of that copy
   * @throws the error itself, where the device was not lost, there is no copy, or it was lost three times in a row
   */
  async rollBack(error: unknown, step: number): Promise<Counters> {
    if (!isDeviceLost(error)) throw error;
    await this.#coming;
    this.#losses = step > this.#furthest ? 1 : this.#losses + 1;
    this.#furthest = Math.max(this.#furthest, step);
    if (!this.#last || this.#losses >= patience) throw error;
    const { variables, counters } = this.#last;
    await variables.restore();
    console.warn(`training: ${error.message}; going on from step ${counters.step}`);
    this.#takenAt = this.#now();
    return counters;
  }

  async #take(): Promise<void> {
    this.#takenAt = this.#now();
    const { counters, pending } = this.#parts.save();
    const variables = await VariableSnapshot.take(this.#parts.variables(), this.#last?.variables);
    this.#coming = Promise.all([variables.complete, pending])
      .then(
        () => {
          this.#last = { variables, counters };
        },
        () => {}, // the older copy stays; the error is reported by the step that it comes from
      )
      .then(() => {
        this.#coming = undefined;
      });
  }
}

/** Whether an error is the loss of a device, or comes from it; by name, since backends are packages of their own. */
function isDeviceLost(error: unknown): error is Error {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'DeviceLostError') return true;
  }
  return false;
}
