import { checkOptions, full, type Tensor, where, zeros } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import { decayed, type UpdateRule } from './rule.ts';

/** Options of `SGD`, with PyTorch's names and defaults. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last update that is kept. Default 0. */
  readonly momentum?: number;
  /** Share of the gradient that momentum leaves out, but for the first one. Default 0. */
  readonly dampening?: number;
  /** Whether to look ahead by the momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent: b ← μ b + (1 − τ) g, θ ← θ − lr · b; with Nesterov's momentum
 * θ ← θ − lr · (g + μ b); as `torch.optim.SGD`. Weight decay adds λ θ to the gradient.
 */
export class SGD extends Optimizer {
  /** @throws RangeError if `nesterov` comes without momentum or with dampening. */
  constructor(parameters: Parameters, options: SGDOptions = {}) {
    checkOptions('SGD', options, [...optimizerOptionNames, 'momentum', 'dampening', 'nesterov']);
    const { momentum = 0, dampening = 0, nesterov = false, ...common } = options;
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new RangeError(
        `SGD: nesterov wants momentum above 0 and no dampening: got momentum ${momentum}, dampening ${dampening}`,
      );
    }
    const rule = momentum === 0 ? plain : withMomentum(momentum, dampening, nesterov);
    super(parameters, rule, { lr: 1e-3, weight_decay: 0, ...common });
  }
}

const plain: UpdateRule = {
  init: () => ({}),
  shared: () => ({}),
  accumulate: () => ({}),
  update: (gradient, parameter, _, { learningRate, weightDecay }) =>
    parameter.sub(decayed(gradient, parameter, weightDecay).mul(learningRate)),
};

function withMomentum(
  momentum: number,
  dampening: number,
  nesterov: boolean,
): UpdateRule<{ momentum_buffer: Tensor }, { share: Tensor }> {
  return {
    init: ({ shape }) => ({ momentum_buffer: zeros(shape) }),
    // The buffer starts as the first gradient, undamped.
    shared: ({ step }) => ({ share: where(step.eq(1), 1, full([], 1 - dampening)) }),
    accumulate(gradient, parameter, { momentum_buffer }, { weightDecay, shared }) {
      const direction = decayed(gradient, parameter, weightDecay);
      const added = dampening === 0 ? direction : direction.mul(shared.share);
      return { momentum_buffer: momentum_buffer.mul(momentum).add(added) };
    },
    update(gradient, parameter, { momentum_buffer }, { learningRate, weightDecay }) {
      const step = nesterov
        ? decayed(gradient, parameter, weightDecay).add(momentum_buffer.mul(momentum))
        : momentum_buffer;
      return parameter.sub(step.mul(learningRate));
    },
  };
}
