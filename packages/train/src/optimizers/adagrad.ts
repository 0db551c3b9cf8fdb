import { checkOptions, full, type Tensor } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import { decayed, type UpdateRule } from './rule.ts';

/** Options of `Adagrad`, with PyTorch's names and defaults. */
export interface AdagradOptions extends OptimizerOptions {
  /** The rate is lr / (1 + (t − 1) · lr_decay). Default 0. */
  readonly lr_decay?: number;
  /** What the sums of squares start from. Default 0. */
  readonly initial_accumulator_value?: number;
  /** Added to the root of the sum of squares. Default 1e-10. */
  readonly eps?: number;
}

/**
 * Adagrad (Duchi et al., 2011), as `torch.optim.Adagrad`: s ← s + g², θ ← θ − lr · g / (√s + ε). Weight decay adds
 * λ θ to the gradient. The learning rate is 0.01 by default.
 */
export class Adagrad extends Optimizer {
  /** @throws RangeError if an option is negative */
  constructor(parameters: Parameters, options: AdagradOptions = {}) {
    const names = ['lr_decay', 'initial_accumulator_value', 'eps'] as const;
    checkOptions('Adagrad', options, [...optimizerOptionNames, ...names]);
    for (const name of names) {
      if ((options[name] ?? 0) < 0) {
        throw new RangeError(`Adagrad: ${name} must be at least 0: got ${options[name]}`);
      }
    }
    const { lr_decay = 0, initial_accumulator_value = 0, eps = 1e-10, ...common } = options;
    super(parameters, rule(lr_decay, initial_accumulator_value, eps), {
      lr: 0.01,
      weight_decay: 0,
      ...common,
    });
  }
}

function rule(
  lrDecay: number,
  start: number,
  eps: number,
): UpdateRule<{ sum: Tensor }, { rate: Tensor }> {
  return {
    init: ({ shape }) => ({ sum: full(shape, start) }),
    shared: ({ learningRate, step }) => ({
      rate: learningRate.div(step.sub(1).mul(lrDecay).add(1)),
    }),
    accumulate: (gradient, parameter, { sum }, { weightDecay }) => ({
      sum: sum.add(decayed(gradient, parameter, weightDecay).square()),
    }),
    update: (gradient, parameter, { sum }, { weightDecay, shared }) => {
      const direction = decayed(gradient, parameter, weightDecay).div(sum.sqrt().add(eps));
      return parameter.sub(direction.mul(shared.rate));
    },
  };
}
