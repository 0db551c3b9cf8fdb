/** Fine-tuning of few parameters, in the formats of Python's `peft`. */
export type { Adapter } from './adapter.ts';
export type {
  AdaLoraConfig,
  BasePeftConfig,
  CommonPeftConfig,
  IA3Config,
  LNTuningConfig,
  LoraConfig,
  PeftConfig,
  PromptTuningConfig,
  TaskType,
} from './config.ts';
export { adapterFiles, loadAdapter, saveAdapter } from './files.ts';
export type { LinearLike, LinearShape } from './linear-like.ts';
export { getPeftModel, Peft } from './peft.ts';
export type { PromptLayer } from './prompt-layer.ts';
export { type StepPart, stepPartOf } from './step-part.ts';
export type {
  AdapterLayer,
  CommonTuner,
  JointPart,
  LayerTuner,
  MergedWeights,
  PromptTuner,
  Target,
  Tuner,
  WholeTuner,
} from './tuner.ts';
