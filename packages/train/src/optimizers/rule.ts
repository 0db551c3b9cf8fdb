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

/**
 * How one parameter follows its gradient. The walk over parameters, the step count, rates, clipping and the
 * guard against non-finite gradients are the `Optimizer`'s.
 *
 * State and parameter are updated by two functions, so that the guard can stand between them: what `update`
 * reads is what is stored, and one kernel computes all.
 */
export interface UpdateRule<State extends Tensors = Tensors, Shared extends Tensors = Tensors> {
  /** The state before the first update: tensors whose shapes never change. */
  init(parameter: Tensor): State;
  /** What all parameters of a group use, computed once a step rather than for each of them. */
  shared(scalars: StepScalars): Shared;
  /** The state after a gradient. */
  accumulate(
    gradient: Tensor,
    parameter: Tensor,
    state: State,
    context: UpdateContext<Shared>,
  ): State;
  /** The parameter after a gradient, by the state that `accumulate` gave and, where it matters, the one before. */
  update(
    gradient: Tensor,
    parameter: Tensor,
    state: State,
    context: UpdateContext<Shared>,
    previous: State,
  ): Tensor;
}

/** The gradient with weight decay as an L2 penalty: g + λ θ. */
export function decayed(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
}
