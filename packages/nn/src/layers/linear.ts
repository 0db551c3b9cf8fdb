import { checkOptions, linear, type Tensor, Variable } from '@llm/tensor';
import { kaimingUniform, uniform } from '../init.ts';
import { Module } from '../module/module.ts';

/** Options of `Linear`. */
export interface LinearOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean;
}

/**
 * y = x · Wᵀ + b: [..., in] → [..., out].
 *
 * Weight and bias start uniform in ±1/√in, as PyTorch's `nn.Linear`.
 */
export class Linear extends Module {
  readonly weight: Variable;
  readonly bias?: Variable;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkOptions('Linear', options, ['bias']);
    this.weight = new Variable(kaimingUniform([outFeatures, inFeatures], { a: Math.sqrt(5) }));
    if (options.bias ?? true) {
      const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
      this.bias = new Variable(uniform([outFeatures], -bound, bound));
    }
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}
