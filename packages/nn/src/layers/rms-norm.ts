import { checkOptions, ones, rmsNorm, type Shape, type Tensor, Variable } from '@llm/tensor';
import { Module } from '../module/module.ts';

/** Options of `RMSNorm`. */
export interface RMSNormOptions {
  /** Added to the mean square. Default 2⁻²³, the machine epsilon of f32, as in PyTorch. */
  readonly eps?: number;
  /** Whether there is a weight. Default true. */
  readonly elementwise_affine?: boolean;
}

/** y = x / √(mean of x² + ε) · weight over the last axes (Zhang and Sennrich, 2019). */
export class RMSNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly weight?: Variable;

  /** @param normalizedShape sizes of the last axes to normalize over; a number for the last one. */
  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    super();
    checkOptions('RMSNorm', options, ['eps', 'elementwise_affine']);
    this.normalizedShape =
      typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.eps = options.eps ?? 2 ** -23;
    if (options.elementwise_affine ?? true) this.weight = new Variable(ones(this.normalizedShape));
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }
}
