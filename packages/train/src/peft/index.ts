/** Fine-tuning of few parameters, in the formats of Python's `peft`. */
export type { Adapter } from './adapter.ts';
export type {
  CommonPeftConfig,
  IA3Config,
  LNTuningConfig,
  LoraConfig,
  PeftConfig,
  TaskType,
} from './config.ts';
export { adapterFiles, loadAdapter, saveAdapter } from './files.ts';
export type { LinearLike, LinearShape } from './linear-like.ts';
export { getPeftModel, Peft } from './peft.ts';
export type {
  AdapterLayer,
  CommonTuner,
  LayerTuner,
  MergedWeights,
  Target,
  Tuner,
  WholeTuner,
} from './tuner.ts';
