import { noGrad, type Tensor, Variable, where, zeros } from '@llm/nn';
import { checkMaxValue, clipFactor, gradNorm } from '../clip.ts';
import { type GroupOptions, type ParameterGroup, type Parameters, toGroups } from './groups.ts';
import type { UpdateRule } from './rule.ts';

export type { Parameters } from './groups.ts';

/** Options that every optimizer takes. */
export interface OptimizerOptions extends GroupOptions {
  /** Gradients are scaled down together to this norm, as by `clipGradNorm`. Default: not clipped. */
  readonly max_grad_norm?: number;
  /** Elements of gradients are limited to ± this, as by `clipGradValue`. Default: not clipped. */
  readonly max_grad_value?: number;
}

/** The names of `OptimizerOptions`, for checking. */
export const optimizerOptionNames = [
  'lr',
  'weight_decay',
  'max_grad_norm',
  'max_grad_value',
] as const;

/** What a step found. */
export interface StepResult {
  /** Norm of all gradients before clipping, f32 scalar. */
  readonly gradNorm: Tensor;
  /** Whether that norm was finite, bool scalar; if not, nothing was updated. */
  readonly finite: Tensor;
}

/** The largest finite f32. Kernels may assume that there are no infinities, so nothing is compared with one. */
const largest = 3.4028234663852886e38;

/**
 * The part that all optimizers share: groups of parameters, learning rates, clipping, and the guard that skips
 * an update on the device where a gradient is not finite, so that the state before it survives. Parameters in f16 or
 * bf16 are updated in f32 and rounded.
 */
export class Optimizer {
  /** Parameters with their rates; assign `groups[0].lr` to change one. */
  readonly groups: readonly ParameterGroup[];
  readonly #rule: UpdateRule;
  readonly #maxNorm: number | undefined;
  readonly #maxValue: number | undefined;
  readonly #steps = new Variable(zeros([]), { trainable: false, name: 'optimizer step' });
  readonly #states = new Map<Variable, Readonly<Record<string, Variable>>>();
  /** Of parameters in f16 or bf16: their values in f32, to which the small changes of a step add up. */
  readonly #masters = new Map<Variable, Variable>();

  /** @throws RangeError if a rate or norm is negative. @throws Error if there are no parameters. */
  constructor(parameters: Parameters, rule: UpdateRule, options: OptimizerOptions = {}) {
    this.#rule = rule;
    this.#maxNorm = options.max_grad_norm;
    if (this.#maxNorm !== undefined && !(this.#maxNorm > 0)) {
      throw new RangeError(`optimizer: max_grad_norm must be above 0: got ${this.#maxNorm}`);
    }
    this.#maxValue = options.max_grad_value;
    if (this.#maxValue !== undefined) checkMaxValue(this.#maxValue);
    if (this.#maxNorm !== undefined && this.#maxValue !== undefined) {
      throw new RangeError('optimizer: give max_grad_norm or max_grad_value, not both');
    }
    this.groups = toGroups(parameters, options);
    for (const group of this.groups) {
      for (const parameter of group.parameters) {
        const state = Object.entries(rule.init(parameter)).map(
          ([name, value]) => [name, new Variable(value, { trainable: false })] as const,
        );
        this.#states.set(parameter, Object.fromEntries(state));
        if (parameter.dtype === 'f32') continue;
        const master = new Variable(parameter.detach().to('f32'), { trainable: false });
        this.#masters.set(parameter, master);
      }
    }
  }

  /** All parameters. */
  get parameters(): Variable[] {
    return this.groups.flatMap(({ parameters }) => parameters);
  }

  /** What it keeps on the device beside the parameters: states, learning rates, the number of steps. */
  get variables(): Variable[] {
    const states = Array.from(this.#namedState(), ([, variable]) => variable);
    return [...states, ...this.groups.map(({ rate }) => rate)];
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /**
   * Updates every parameter that has a gradient. Like all operations this only extends the graph; the new
   * values are computed with the next result that is read, or at the end of a compiled function.
   */
  step(): StepResult {
    return noGrad(() => {
      const norm = gradNorm(this.parameters);
      const finite = norm.le(largest);
      const factor = this.#maxNorm === undefined ? undefined : clipFactor(norm, this.#maxNorm);
      const step = this.#steps.add(1);
      for (const group of this.groups) this.#updateGroup(group, step, finite, factor);
      this.#steps.assign(where(finite, step, this.#steps));
      return { gradNorm: norm, finite };
    });
  }

  /** A gradient as `step` took it: clipped, where that was asked for. */
  clipped(gradient: Tensor, { gradNorm }: StepResult): Tensor {
    const norm = this.#maxNorm;
    return this.#clipped(gradient, norm === undefined ? undefined : clipFactor(gradNorm, norm));
  }

  #updateGroup(group: ParameterGroup, step: Tensor, finite: Tensor, factor?: Tensor): void {
    const scalars = { learningRate: group.rate, step };
    const shared = this.#rule.shared(scalars);
    const context = { ...scalars, weightDecay: group.weightDecay, shared };
    for (const parameter of group.parameters) {
      if (!parameter.grad) continue;
      const gradient = this.#clipped(parameter.grad.to('f32'), factor);
      const variables = this.#states.get(parameter)!;
      const value = this.#masters.get(parameter) ?? parameter;
      const next = this.#rule.accumulate(gradient, value, variables, context);
      const state = Object.fromEntries(
        Object.entries(next).map(([name, value]) => [name, where(finite, value, variables[name]!)]),
      );
      const updated = this.#rule.update(gradient, value, state, context, variables);
      for (const [name, value] of Object.entries(state)) variables[name]!.assign(value);
      value.assign(where(finite, updated, value));
      if (value !== parameter) parameter.assign(value);
    }
  }

  #clipped(gradient: Tensor, factor: Tensor | undefined): Tensor {
    if (this.#maxValue !== undefined) return gradient.clamp(-this.#maxValue, this.#maxValue);
    return factor ? gradient.mul(factor) : gradient;
  }

  /**
   * State by name: `step`, `0.exp_avg` for the first parameter's, `0.master` for its value in f32 where it is in f16 or
   * bf16. With the parameters it is all that a
   * resumed run needs of the optimizer.
   */
  stateDict(): Record<string, Tensor> {
    const state: Record<string, Tensor> = {};
    for (const [name, variable] of this.#namedState()) state[name] = variable.detach();
    return state;
  }

  /**
   * Takes a state that `stateDict()` gave, of an optimizer of the same kind over the same parameters.
   *
   * @throws Error naming what is missing, unexpected or of another shape; then nothing has changed.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    const own = new Map(this.#namedState());
    const problems = [
      ...[...own.keys()].filter((name) => !(name in state)).map((name) => `missing ${name}`),
      ...Object.keys(state)
        .filter((name) => !own.has(name))
        .map((name) => `unexpected ${name}`),
      ...[...own]
        .filter(
          ([name, { shape }]) => name in state && String(state[name]!.shape) !== String(shape),
        )
        .map(([name, { shape }]) => `${name}: got [${state[name]!.shape}], wants [${shape}]`),
    ];
    if (problems.length > 0) {
      throw new Error(`optimizer: the state does not fit:\n  ${problems.join('\n  ')}`);
    }
    for (const [name, variable] of own) variable.assign(state[name]!);
  }

  *#namedState(): Generator<[string, Variable]> {
    yield ['step', this.#steps];
    let index = 0;
    for (const [parameter, state] of this.#states) {
      for (const [name, variable] of Object.entries(state)) yield [`${index}.${name}`, variable];
      const master = this.#masters.get(parameter);
      if (master) yield [`${index}.master`, master];
      index++;
    }
  }
}
