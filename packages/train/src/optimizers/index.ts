export { Adafactor, type AdafactorOptions } from './adafactor.ts';
export { Adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './adam.ts';
export { type EmaOptions, ExponentialMovingAverage } from './ema.ts';
export {
  type GroupOptions,
  ParameterGroup,
  type ParameterGroupInput,
  type Parameters,
  weightDecayGroups,
} from './groups.ts';
export { type LayerwiseOptions, layerwiseGroups } from './layerwise.ts';
export { Lion, type LionOptions } from './lion.ts';
export { Optimizer, type OptimizerOptions, type StepResult } from './optimizer.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export type { StepScalars, Tensors, UpdateContext, UpdateRule } from './rule.ts';
export { SGD, type SGDOptions } from './sgd.ts';
