/**
 * Layers that checkpoints of some families have in a form of their own.
 *
 * @module
 */
import { matmul, rmsNorm, type Tensor, Variable, zeros } from '@llm/tensor';
import { normal } from '../../init.ts';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Linear } from '../../layers/linear.ts';
import { Module } from '../../module/module.ts';

/** y = x W + b with the weight stored [in, out], as GPT-2 has it. */
export class Conv1D extends Module {
  readonly weight: Variable;
  readonly bias: Variable;

  constructor(outFeatures: number, inFeatures: number) {
    super();
    this.weight = new Variable(normal([inFeatures, outFeatures], 0, 0.02));
    this.bias = new Variable(zeros([outFeatures]));
  }

  forward(x: Tensor): Tensor {
    // The function, not x's method, which would expand a quantized weight.
    return matmul(x, this.weight).add(this.bias);
  }
}

/** x / √(mean of x² + ε) · (1 + weight), Gemma's norm, whose weight starts at 0. */
export class OffsetRMSNorm extends Module {
  readonly weight: Variable;

  constructor(
    width: number,
    readonly eps: number,
  ) {
    super();
    this.weight = new Variable(zeros([width]));
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.shape, this.weight.add(1), this.eps);
  }
}

/** down(f(gate x) · up x), the gated feed-forward layer (Shazeer, 2020), without biases by default. */
export class GatedMLP extends Module {
  readonly gate_proj: Linear;
  readonly up_proj: Linear;
  readonly down_proj: Linear;
  readonly activation: ActivationName;

  constructor(width: number, inner: number, activation: ActivationName, bias = false) {
    super();
    this.gate_proj = new Linear(width, inner, { bias });
    this.up_proj = new Linear(width, inner, { bias });
    this.down_proj = new Linear(inner, width, { bias });
    this.activation = activation;
  }

  forward(x: Tensor): Tensor {
    const gate = activationOf(this.activation)(this.gate_proj.forward(x));
    return this.down_proj.forward(gate.mul(this.up_proj.forward(x)));
  }
}
