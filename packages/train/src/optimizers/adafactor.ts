import { checkOptions, type Tensor, zeros } from '@llm/nn';
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionNames,
  type Parameters,
} from './optimizer.ts';
import type { UpdateContext, UpdateRule } from './rule.ts';

/** Options of `Adafactor`, with transformers' names and defaults. */
export interface AdafactorOptions extends OptimizerOptions {
  /** Added to squared gradients, and the least scale of a parameter. Default [1e-30, 1e-3]. */
  readonly eps?: readonly [number, number];
  /** Updates of a larger root mean square are scaled down to it. Default 1. */
  readonly clip_threshold?: number;
  /** The mean of squares decays by 1 − t^decay_rate. Default −0.8. */
  readonly decay_rate?: number;
  /** Decay of a running mean of updates. Default: none is kept. */
  readonly beta1?: number;
  /** Whether the rate is multiplied by the parameter's root mean square. Default true. */
  readonly scale_parameter?: boolean;
  /**
   * Whether the rate is min(0.01, 1/√t) rather than `lr`. Default true; then `lr` is not given, and rates of groups and
   * of schedules multiply this one.
   */
  readonly relative_step?: boolean;
  /** Whether the relative rate starts as 1e-6 · t. Default false. */
  readonly warmup_init?: boolean;
}

const names = [
  'eps',
  'clip_threshold',
  'decay_rate',
  'beta1',
  'scale_parameter',
  'relative_step',
  'warmup_init',
] as const;

type Settings = Required<Omit<Pick<AdafactorOptions, (typeof names)[number]>, 'beta1'>> & {
  readonly beta1: number | undefined;
};

/**
 * Adafactor (Shazeer and Stern, 2018), as `transformers.Adafactor`: Adam whose mean of squares of a matrix is kept as
 * one mean per row and one per column, so that its state is a few vectors.
 */
export class Adafactor extends Optimizer {
  /** @throws RangeError for `lr` together with `relative_step`, or `warmup_init` without it */
  constructor(parameters: Parameters, options: AdafactorOptions = {}) {
    checkOptions('Adafactor', options, [...optimizerOptionNames, ...names]);
    const {
      eps = [1e-30, 1e-3],
      clip_threshold = 1,
      decay_rate = -0.8,
      beta1,
      scale_parameter = true,
      relative_step = true,
      warmup_init = false,
      ...common
    } = options;
    if (relative_step && options.lr !== undefined) {
      throw new RangeError('Adafactor: lr has no meaning with relative_step; set it to false');
    }
    if (!relative_step && options.lr === undefined) {
      throw new RangeError('Adafactor: without relative_step it wants lr');
    }
    if (warmup_init && !relative_step) {
      throw new RangeError('Adafactor: warmup_init wants relative_step');
    }
    const settings = {
      eps,
      clip_threshold,
      decay_rate,
      beta1,
      scale_parameter,
      relative_step,
      warmup_init,
    };
    super(parameters, rule(settings), { lr: 1, weight_decay: 0, ...common });
  }
}

/** Means of squares: `exp_avg_sq_row` and `exp_avg_sq_col` of what has rows and columns, else `exp_avg_sq`. */
type State = Readonly<Record<string, Tensor>>;

type Shared = { readonly rate: Tensor; readonly share: Tensor };

function rule(settings: Settings): UpdateRule<State, Shared> {
  const { eps, decay_rate, beta1, relative_step, warmup_init } = settings;
  return {
    init: ({ shape }) => ({
      ...(shape.length >= 2
        ? {
            exp_avg_sq_row: zeros(shape.slice(0, -1)),
            exp_avg_sq_col: zeros([...shape.slice(0, -2), shape.at(-1)!]),
          }
        : { exp_avg_sq: zeros(shape) }),
      ...(beta1 !== undefined && { exp_avg: zeros(shape) }),
    }),
    shared: ({ learningRate, step }) => {
      const most = warmup_init ? step.mul(1e-6) : 1e-2;
      const rate = relative_step ? learningRate.mul(step.rsqrt().minimum(most)) : learningRate;
      return { rate, share: step.pow(decay_rate) };
    },
    accumulate(gradient, parameter, state, context) {
      const { share } = context.shared;
      const square = gradient.square().add(eps[0]);
      const blend = (mean: Tensor, value: Tensor): Tensor => mean.add(value.sub(mean).mul(share));
      const { exp_avg_sq_row, exp_avg_sq_col, exp_avg_sq, exp_avg } = state;
      const squares: State = exp_avg_sq
        ? { exp_avg_sq: blend(exp_avg_sq, square) }
        : {
            exp_avg_sq_row: blend(exp_avg_sq_row!, square.mean(-1)),
            exp_avg_sq_col: blend(exp_avg_sq_col!, square.mean(-2)),
          };
      if (!exp_avg || beta1 === undefined) return squares;
      const step = scaledStep(gradient, parameter, squares, context, settings);
      return { ...squares, exp_avg: exp_avg.mul(beta1).add(step.mul(1 - beta1)) };
    },
    update(gradient, parameter, state, context) {
      const step = state.exp_avg ?? scaledStep(gradient, parameter, state, context, settings);
      const { weightDecay } = context;
      if (weightDecay === 0) return parameter.sub(step);
      const rate = rateOf(parameter, context, settings);
      return parameter.sub(parameter.mul(rate.mul(weightDecay))).sub(step);
    },
  };
}

/** Root mean square of all elements: a scalar. */
function rootMeanSquare(x: Tensor): Tensor {
  return x.square().mean().sqrt();
}

function rateOf(parameter: Tensor, { shared }: UpdateContext<Shared>, settings: Settings): Tensor {
  if (!settings.scale_parameter) return shared.rate;
  return shared.rate.mul(rootMeanSquare(parameter).maximum(settings.eps[1]));
}

/** g / √v, its root mean square limited, times the rate. */
function scaledStep(
  gradient: Tensor,
  parameter: Tensor,
  { exp_avg_sq, exp_avg_sq_row: rows, exp_avg_sq_col: columns }: State,
  context: UpdateContext<Shared>,
  settings: Settings,
): Tensor {
  const factor = exp_avg_sq
    ? exp_avg_sq.rsqrt()
    : rows!.div(rows!.mean(-1, true)).rsqrt().unsqueeze(-1).mul(columns!.rsqrt().unsqueeze(-2));
  const direction = gradient.mul(factor);
  const excess = rootMeanSquare(direction).div(settings.clip_threshold).maximum(1);
  return direction.div(excess).mul(rateOf(parameter, context, settings));
}
