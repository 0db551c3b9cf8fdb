export { Adam, type AdamOptions, AdamW } from './adam.ts';
export {
  type GroupOptions,
  ParameterGroup,
  type ParameterGroupInput,
  type Parameters,
  weightDecayGroups,
} from './groups.ts';
export { Optimizer, type OptimizerOptions, type StepResult } from './optimizer.ts';
export type { StepScalars, Tensors, UpdateContext, UpdateRule } from './rule.ts';
export { SGD, type SGDOptions } from './sgd.ts';
