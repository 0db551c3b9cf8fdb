import type { Module, Tensor, Variable } from '@llm/nn';
import type { LoaderState } from '../data/batches.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Scheduler } from '../schedules/scheduler.ts';
import type { TrainingCallback } from './callback.ts';
import type { RunParts } from './resume.ts';

/** Options of `fit`. */
export interface FitOptions<Batch> {
  /** One training step: forward, backward, update; usually a compiled function. Its loss is a scalar. */
  readonly step: (batch: Batch) => StepOutput | Promise<StepOutput>;
  /** What the steps are fed, one batch each. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Number of the last step of the run, those before a resume included. */
  readonly steps: number;
  /** Steps that were done before this call. Default 0. */
  readonly startStep?: number;
  /** Told of each step, so that it sets the next learning rate. */
  readonly scheduler?: Scheduler;
  /** The optimizer whose learning rate is reported. */
  readonly optimizer?: Optimizer;
  /** Tokens in a batch, for the speed. */
  readonly tokens?: (batch: Batch) => number;
  /** Followers of the run. */
  readonly callbacks?: readonly TrainingCallback[];
  /** Saves the run every so many steps, between two of them: everything is as that step left it. */
  readonly checkpoint?: {
    readonly every: number;
    /** Saves what belongs to the run after `step`. */
    readonly save: (step: number) => void | Promise<void>;
  };
  /**
   * What is copied to the host from time to time, so that the run goes back to the last copy and on from there where
   * a GPU is lost. Without it such a loss ends the run. On devices that cannot be lost it costs nothing.
   */
  readonly snapshot?: SnapshotOptions;
  /** Ends the run after the step it is in; what to save then is the caller's choice. See `interruptSignal`. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock. Default `performance.now`. */
  readonly now?: () => number;
}

/** All that a run changes, and how often it is copied to the host while steps go on. */
export interface SnapshotOptions extends RunParts {
  readonly model: Module;
  /** Where the batches come from: set to where it was, it gives the same ones again. */
  readonly batches: { state: LoaderState };
  /** Variables of the step beside those of model and optimizer: an average of the weights, a teacher's weights. */
  readonly variables?: Iterable<Variable>;
  /** Seconds between two copies. Default 60. */
  readonly snapshot_seconds?: number;
}

/** What a step gives back. */
export interface StepOutput {
  readonly loss: Tensor;
}
