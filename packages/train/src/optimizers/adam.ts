import { checkOptions, expm1, ones, type Tensor, zeros } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import type { UpdateRule } from './rule.ts';

/** Options of `Adam` and `AdamW`, with PyTorch's names and defaults. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the mean square. Default 1e-8. */
  readonly eps?: number;
}

/**
 * Adam (Kingma and Ba, 2015), as `torch.optim.Adam`:
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − lr · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ). Weight decay (default 0) adds λ θ to the gradient. The count t is the optimizer's;
 * PyTorch counts per parameter, which differs for one that has no gradient in some steps.
 */
export class Adam extends Optimizer {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    const { rule, common } = prepare('Adam', options, false);
    super(parameters, rule, { lr: 1e-3, weight_decay: 0, ...common });
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`: before Adam's step,
 * θ ← θ (1 − lr · λ). Weight decay is 0.01 by default.
 */
export class AdamW extends Optimizer {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    const { rule, common } = prepare('AdamW', options, true);
    super(parameters, rule, { lr: 1e-3, weight_decay: 0.01, ...common });
  }
}

function prepare(name: string, options: AdamOptions, decoupled: boolean) {
  checkOptions(name, options, [...optimizerOptionNames, 'betas', 'eps']);
  const { betas = [0.9, 0.999], eps = 1e-8, ...common } = options;
  if (!betas.every((beta) => beta >= 0 && beta < 1)) {
    throw new RangeError(`${name}: betas must be in [0, 1): got [${betas.join(', ')}]`);
  }
  return { rule: moments(betas, eps, decoupled), common };
}

function moments(
  [beta1, beta2]: readonly [number, number],
  eps: number,
  decoupled: boolean,
): UpdateRule<{ exp_avg: Tensor; exp_avg_sq: Tensor }, { rate: Tensor; correction: Tensor }> {
  return {
    init: ({ shape }) => ({ exp_avg: zeros(shape), exp_avg_sq: zeros(shape) }),
    shared: ({ learningRate, step }) => ({
      rate: learningRate.div(biasCorrection(beta1, step)),
      correction: biasCorrection(beta2, step).rsqrt(),
    }),
    accumulate(gradient, parameter, { exp_avg, exp_avg_sq }, { weightDecay }) {
      const direction =
        weightDecay === 0 || decoupled ? gradient : gradient.add(parameter.mul(weightDecay));
      return {
        exp_avg: exp_avg.mul(beta1).add(direction.mul(1 - beta1)),
        exp_avg_sq: exp_avg_sq.mul(beta2).add(direction.square().mul(1 - beta2)),
      };
    },
    update(_, parameter, { exp_avg, exp_avg_sq }, { learningRate, weightDecay, shared }) {
      const start =
        weightDecay === 0 || !decoupled
          ? parameter
          : parameter.mul(learningRate.mul(-weightDecay).add(1));
      const denominator = exp_avg_sq.sqrt().mul(shared.correction).add(eps);
      return start.sub(exp_avg.mul(shared.rate).div(denominator));
    },
  };
}

/** 1 − βᵗ, without f32's loss of digits where β is near 1. */
function biasCorrection(beta: number, step: Tensor): Tensor {
  return beta === 0 ? ones([]) : expm1(step.mul(Math.log(beta))).neg();
}
