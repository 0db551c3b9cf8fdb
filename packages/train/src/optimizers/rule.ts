import type { Tensor } from '@llm/nn';

/** Named tensors. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** What an optimizer's step has for a whole group of parameters: f32 scalars on the device. */
export interface StepScalars {
  readonly learningRate: Tensor;
  /** Number of this update of the optimizer, from 1. */
  readonly step: Tensor;
}

/** What an update sees besides the gradient, the parameter and its state. */
export interface UpdateContext<Shared extends Tensors = Tensors> extends StepScalars {
  /** The group's weight decay. */
  readonly weightDecay: number;
  /** What the rule's `shared` made for this step. */
  readonly shared: Shared;
}

/** What an update gives: the new parameter and its new state. */
export interface Updated<State extends Tensors> {
  readonly parameter: Tensor;
  readonly state: State;
}

/**
 * How one parameter follows its gradient. The walk over parameters, the step count, rates, clipping and the
 * guard against non-finite gradients are the `Optimizer`'s.
 */
export interface UpdateRule<State extends Tensors = Tensors, Shared extends Tensors = Tensors> {
  /** The state before the first update: tensors whose shapes never change. */
  init(parameter: Tensor): State;
  /** What all parameters of a group use, computed once a step rather than for each of them. */
  shared(scalars: StepScalars): Shared;
  /** One update, as new tensors. */
  update(
    gradient: Tensor,
    parameter: Tensor,
    state: State,
    context: UpdateContext<Shared>,
  ): Updated<State>;
}
