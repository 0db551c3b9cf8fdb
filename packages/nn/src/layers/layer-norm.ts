import {
  checkOptions,
  layerNorm,
  ones,
  type Shape,
  type Tensor,
  Variable,
  zeros,
} from '@llm/tensor';
import { Module } from '../module/module.ts';

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether there is a weight (and bias). Default true. */
  readonly elementwise_affine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  readonly bias?: boolean;
}

/** y = (x − mean) / √(variance + ε) · weight + bias over the last axes (Ba et al., 2016). */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly weight?: Variable;
  readonly bias?: Variable;

  /** @param normalizedShape sizes of the last axes to normalize over; a number for the last one. */
  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    checkOptions('LayerNorm', options, ['eps', 'elementwise_affine', 'bias']);
    const { eps = 1e-5, elementwise_affine = true, bias = true } = options;
    this.normalizedShape =
      typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    if (elementwise_affine) {
      this.weight = new Variable(ones(this.normalizedShape));
      if (bias) this.bias = new Variable(zeros(this.normalizedShape));
    }
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
}
