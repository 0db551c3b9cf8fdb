import { checkOptions, type Tensor, zeros } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import { decayed, type UpdateRule } from './rule.ts';

/** Options of `RMSprop`, with PyTorch's names and defaults. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the running mean of the squared gradient. Default 0.99. */
  readonly alpha?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  readonly eps?: number;
  /** Share of the last update that is kept. Default 0. */
  readonly momentum?: number;
  /** Whether the squared mean gradient is taken off the mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSprop (Hinton, 2012), as `torch.optim.RMSprop`: v ← α v + (1 − α) g², θ ← θ − lr · g / (√v + ε); centered,
 * √(v − m²) with m ← α m + (1 − α) g; with momentum, b ← μ b + g / (√v + ε) and θ ← θ − lr · b. Weight decay adds
 * λ θ to the gradient. The learning rate is 0.01 by default.
 */
export class RMSprop extends Optimizer {
  /** @throws RangeError unless 0 ≤ alpha < 1 and momentum ≥ 0 */
  constructor(parameters: Parameters, options: RMSpropOptions = {}) {
    const names = [...optimizerOptionNames, 'alpha', 'eps', 'momentum', 'centered'] as const;
    checkOptions('RMSprop', options, names);
    const { alpha = 0.99, eps = 1e-8, momentum = 0, centered = false, ...common } = options;
    if (!(alpha >= 0 && alpha < 1)) {
      throw new RangeError(`RMSprop: alpha must be in [0, 1): got ${alpha}`);
    }
    if (!(momentum >= 0)) {
      throw new RangeError(`RMSprop: momentum must be at least 0: got ${momentum}`);
    }
    super(parameters, rule({ alpha, eps, momentum, centered }), {
      lr: 0.01,
      weight_decay: 0,
      ...common,
    });
  }
}

interface State {
  readonly [name: string]: Tensor;
  readonly square_avg: Tensor;
}

function rule({
  alpha,
  eps,
  momentum,
  centered,
}: Required<Pick<RMSpropOptions, 'alpha' | 'eps' | 'momentum' | 'centered'>>): UpdateRule<State> {
  const direction = (gradient: Tensor, { square_avg, grad_avg }: State): Tensor => {
    const variance = grad_avg ? square_avg.sub(grad_avg.square()) : square_avg;
    return gradient.div(variance.sqrt().add(eps));
  };
  return {
    init: ({ shape }) => ({
      square_avg: zeros(shape),
      ...(centered && { grad_avg: zeros(shape) }),
      ...(momentum > 0 && { momentum_buffer: zeros(shape) }),
    }),
    shared: () => ({}),
    accumulate(raw, parameter, state, { weightDecay }) {
      const gradient = decayed(raw, parameter, weightDecay);
      const { square_avg, grad_avg, momentum_buffer } = state;
      const next: State = {
        square_avg: square_avg.mul(alpha).add(gradient.square().mul(1 - alpha)),
        ...(grad_avg && { grad_avg: grad_avg.mul(alpha).add(gradient.mul(1 - alpha)) }),
      };
      if (!momentum_buffer) return next;
      return {
        ...next,
        momentum_buffer: momentum_buffer.mul(momentum).add(direction(gradient, next)),
      };
    },
    update(raw, parameter, state, { learningRate, weightDecay }) {
      const step = state.momentum_buffer ?? direction(decayed(raw, parameter, weightDecay), state);
      return parameter.sub(step.mul(learningRate));
    },
  };
}
