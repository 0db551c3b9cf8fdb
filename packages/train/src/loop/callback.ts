/** How far a training run is, after a step whose loss is known. */
export interface StepEvent {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly loss: number;
  /** Learning rate of the step's first group; undefined without a scheduler. */
  readonly learningRate: number | undefined;
  /** Tokens of this step; 0 where they are not counted. */
  readonly tokens: number;
  /** Over the last steps; 0 where tokens are not counted or no time has passed yet. */
  readonly tokensPerSecond: number;
  /** Since the run began. */
  readonly elapsedSeconds: number;
  /** Until the last step, at the speed of the last steps. */
  readonly remainingSeconds: number;
}

/** Why a run ended. */
export type StopReason =
  /** All steps are done. */
  | 'finished'
  /** The signal asked to stop. */
  | 'interrupted'
  /** There were no more batches. */
  | 'exhausted';

/** How a run ended. */
export interface FitResult {
  /** Number of the last step. */
  readonly step: number;
  /** Loss of the last step; NaN if there was none. */
  readonly loss: number;
  readonly reason: StopReason;
  readonly tokens: number;
  readonly seconds: number;
}

/** Something that follows a run: progress, logs, checkpoints, early stopping. Called in order, and awaited. */
export interface TrainingCallback {
  /** Before the first step. */
  onTrainBegin?(run: { readonly startStep: number; readonly steps: number }): void | Promise<void>;
  /** After each step; returning `'stop'` ends the run. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback that returns nothing is the usual case
  onStep?(event: StepEvent): void | 'stop' | Promise<void | 'stop'>;
  /** After the device was lost: the run goes on from `step` on a new one, and later steps are done again. */
  onRollBack?(event: { readonly step: number; readonly error: Error }): void | Promise<void>;
  /** At the end, also after an error (then without a result). */
  onTrainEnd?(result: FitResult | undefined): void | Promise<void>;
}
