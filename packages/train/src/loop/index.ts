export type { FitResult, StepEvent, StopReason, TrainingCallback } from './callback.ts';
export { NonFiniteLossError } from './errors.ts';
export { type FitOptions, fit, type SnapshotOptions, type StepOutput } from './fit.ts';
export { type Interrupt, interruptSignal } from './interrupt.ts';
export {
  formatDuration,
  type ProgressBarOptions,
  type ProgressStream,
  progressBar,
  progressLine,
} from './progress-bar.ts';
export { encodeRunState, type RunParts, restoreRunState } from './resume.ts';
