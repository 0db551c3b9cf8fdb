import { checkOptions, type Tensor, zeros } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import type { UpdateRule } from './rule.ts';

/** Options of `Lion`. */
export interface LionOptions extends OptimizerOptions {
  /** Share of the momentum in the update, and decay of the momentum. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
}

/**
 * Lion (Chen et al., 2023): θ ← θ (1 − lr · λ) − lr · sign(β₁ m + (1 − β₁) g), then m ← β₂ m + (1 − β₂) g. Half of
 * Adam's state. The learning rate is 1e-4 by default, a third to a tenth of AdamW's; weight decay 0.
 */
export class Lion extends Optimizer {
  /** @throws RangeError unless the betas are in [0, 1) */
  constructor(parameters: Parameters, options: LionOptions = {}) {
    checkOptions('Lion', options, [...optimizerOptionNames, 'betas']);
    const { betas = [0.9, 0.99], ...common } = options;
    if (!betas.every((beta) => beta >= 0 && beta < 1)) {
      throw new RangeError(`Lion: betas must be in [0, 1): got [${betas.join(', ')}]`);
    }
    super(parameters, rule(betas), { lr: 1e-4, weight_decay: 0, ...common });
  }
}

function rule([beta1, beta2]: readonly [number, number]): UpdateRule<{ exp_avg: Tensor }> {
  return {
    init: ({ shape }) => ({ exp_avg: zeros(shape) }),
    shared: () => ({}),
    accumulate: (gradient, _, { exp_avg }) => ({
      exp_avg: exp_avg.mul(beta2).add(gradient.mul(1 - beta2)),
    }),
    update(gradient, parameter, _, { learningRate, weightDecay }, { exp_avg }) {
      const start =
        weightDecay === 0 ? parameter : parameter.mul(learningRate.mul(-weightDecay).add(1));
      const direction = exp_avg
        .mul(beta1)
        .add(gradient.mul(1 - beta1))
        .sign();
      return start.sub(direction.mul(learningRate));
    },
  };
}
