import { buffer, Module, type Tensor, type Variable, where, zeros } from '@llm/nn';

/** How fast averages of importance follow new values: the smaller, the faster. */
export interface Smoothing {
  /** Of the sensitivity, in (0, 1). */
  readonly beta1: number;
  /** Of the uncertainty, in (0, 1). */
  readonly beta2: number;
}

/**
 * How much a loss depends on each element of a parameter (Zhang et al., 2023): the sensitivity |w · ∂L/∂w|, smoothed
 * over steps, times the smoothed distance of single steps from it. Saved with the model, so that runs go on exactly.
 */
export class Importance extends Module {
  /** Smoothed |w · ∂L/∂w|, shaped as the parameter. */
  readonly sensitivity: Variable;
  /** Smoothed distance of it from its average. */
  readonly uncertainty: Variable;

  constructor(shape: readonly number[]) {
    super();
    this.sensitivity = buffer(zeros(shape));
    this.uncertainty = buffer(zeros(shape));
  }

  /**
   * Takes in a step.
   *
   * @param counts bool scalar: whether this step does
   */
  update(weight: Tensor, gradient: Tensor, counts: Tensor, { beta1, beta2 }: Smoothing): void {
    const now = weight.to('f32').mul(gradient).abs();
    const sensitivity = this.sensitivity.mul(beta1).add(now.mul(1 - beta1));
    const distance = now.sub(sensitivity).abs();
    const uncertainty = this.uncertainty.mul(beta2).add(distance.mul(1 - beta2));
    this.sensitivity.assign(where(counts, sensitivity, this.sensitivity));
    this.uncertainty.assign(where(counts, uncertainty, this.uncertainty));
  }

  /** The importance of each element. */
  score(): Tensor {
    return this.sensitivity.mul(this.uncertainty);
  }

  /** Is not run. @throws Error always */
  override forward(): never {
    throw new Error('Importance: it is measured by steps of training, and has no output');
  }
}
