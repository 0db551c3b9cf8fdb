/** The loss of a step was NaN or infinite. The optimizer has skipped its update, so the parameters are good. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';
  /** Number of the step, from 1. */
  readonly step: number;
  /** The loss. */
  readonly loss: number;

  constructor(step: number, loss: number) {
    super(
      `training: the loss of step ${step} is ${loss}; the update was skipped. Lower the learning rate, clip gradients (max_grad_norm), or check the data of this step`,
    );
    this.step = step;
    this.loss = loss;
  }
}
