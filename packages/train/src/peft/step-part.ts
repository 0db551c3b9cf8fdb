import type { Module, Tensor } from '@llm/nn';
import type { Optimizer, StepResult } from '../optimizers/optimizer.ts';

/**
 * What takes part in a model's training beside its loss and its optimizer. `Trainer` does all of it; in a loop of
 * your own `beforeStep` is called outside of what is compiled, the others inside.
 *
 * @example
 * const part = stepPartOf(model)!;
 * const step = compile((batch) => {
 *   const { loss } = model.forward(batch);
 *   backward(loss!.add(part.loss()));
 *   part.afterStep(optimizer, optimizer.step());
 *   optimizer.zeroGrad();
 * });
 * for (let i = 0; i < steps; i++) {
 *   part.beforeStep(i);
 *   await step(batches[i]);
 * }
 */
export interface StepPart {
  /** Says which step comes, from 0. */
  beforeStep(step: number): void;
  /** What is added to the mean loss of a step's batches in training, a scalar. */
  loss(): Tensor;
  /** What follows an optimizer's step, while gradients are still there. */
  afterStep(optimizer: Optimizer, result: StepResult): void;
}

const parts = new WeakMap<Module, StepPart>();

/** The part that a model's active adapter takes in its training; undefined for most, which take none. */
export function stepPartOf(model: Module): StepPart | undefined {
  return parts.get(model);
}

/** Makes `part` the one of a model; undefined for none. */
export function setStepPart(model: Module, part: StepPart | undefined): void {
  if (part) parts.set(model, part);
  else parts.delete(model);
}
