export type { FitResult, StepEvent, StopReason, TrainingCallback } from './callback.ts';
export { NonFiniteLossError } from './errors.ts';
export { fit } from './fit.ts';
export type { FitOptions, SnapshotOptions, StepOutput } from './fit-options.ts';
export { type Interrupt, interruptSignal } from './interrupt.ts';
export {
  formatDuration,
  type ProgressBarOptions,
  type ProgressStream,
  progressBar,
  progressLine,
} from './progress-bar.ts';
export { encodeRunState, type RunParts, restoreRunState } from './resume.ts';
