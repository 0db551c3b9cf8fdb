import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from './schedules.ts';

/**
 * Sets an optimizer's learning rates by a schedule: at once for step 0, then at each `step()`, which is called
 * after the optimizer's.
 */
export class Scheduler {
  readonly #optimizer: Optimizer;
  readonly #schedule: Schedule;
  #steps = 0;

  constructor(optimizer: Optimizer, schedule: Schedule) {
    this.#optimizer = optimizer;
    this.#schedule = schedule;
    this.#apply();
  }

  /** Number of steps so far; assigning it continues from there. */
  get steps(): number {
    return this.#steps;
  }

  set steps(value: number) {
    this.#steps = value;
    this.#apply();
  }

  /** Goes on to the next step's learning rates. */
  step(): void {
    this.steps++;
  }

  #apply(): void {
    const factor = this.#schedule(this.#steps);
    for (const group of this.#optimizer.groups) group.lr = group.initialLr * factor;
  }
}
