export {
  defaultArguments,
  type IntervalStrategy,
  type OptimizerName,
  type SchedulerName,
  type TrainingArguments,
} from './arguments.ts';
export type { CallbackContext, TrainerCallback, TrainerEvent } from './callback.ts';
export { Checkpoints, DamagedCheckpointError, readCheckpoint } from './checkpoints.ts';
export { type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts';
export type { TrainingEstimate } from './estimate.ts';
export type { ComputeMetrics, EvalPrediction, PreprocessLogits } from './evaluation.ts';
export { gradientCheckpointing } from './gradient-checkpointing.ts';
export { HostArray, type NestedList } from './host-array.ts';
export type { SizedDataset, TrainerDataset } from './loader.ts';
export type { NonFinitePolicy } from './loss-tally.ts';
export type { ComputeLoss } from './objective.ts';
export type { ProcessingClass, TrainerOptions } from './options.ts';
export * from './search/index.ts';
export type { LogEntry, TrainerControl, TrainerState } from './state.ts';
export { type FolderFiles, type RunStorage, runStorage } from './storage/run-storage.ts';
export { type PredictionOutput, Trainer, type TrainOptions, type TrainOutput } from './trainer.ts';
