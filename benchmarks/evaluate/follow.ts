import type { TrainerCallback } from '@llm/train';
import { Interrupted } from './experiment.ts';

/** Follows a run: adds up its time over interruptions, and ends an interrupted one before it is scored. */
export class Follower {
  #before = 0;
  #begin = performance.now();
  /** Steps that were trained. */
  steps = 0;

  /** Seconds in all, with those before an interruption up to the checkpoint. */
  get seconds(): number {
    return this.#before + (performance.now() - this.#begin) / 1000;
  }

  /** The trainer's side of it. */
  callback(signal: AbortSignal): TrainerCallback {
    return {
      name: 'seconds of the run',
      state: () => this.seconds,
      load_state: (seconds) => {
        this.#before = Number(seconds);
        this.#begin = performance.now();
      },
      on_train_end: (_args, { global_step, max_steps }) => {
        this.steps = global_step;
        if (signal.aborted && global_step < max_steps)
          throw new Interrupted(global_step, max_steps);
      },
    };
  }
}
