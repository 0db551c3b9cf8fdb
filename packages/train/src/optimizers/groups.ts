import { LayerNorm, type Module, RMSNorm, tensor, Variable } from '@llm/nn';

/** Options of a group of parameters. */
export interface GroupOptions {
  /** Learning rate. */
  readonly lr?: number;
  /** How strongly parameters are drawn to zero. */
  readonly weight_decay?: number;
}

/** Some parameters with options of their own, which go before the optimizer's. */
export interface ParameterGroupInput extends GroupOptions {
  readonly parameters: Iterable<Variable>;
}

/** What an optimizer updates: parameters, or groups of them. */
export type Parameters = Iterable<Variable> | readonly ParameterGroupInput[];

/** Parameters that share a learning rate and weight decay. */
export class ParameterGroup {
  readonly parameters: readonly Variable[];
  readonly weightDecay: number;
  /** The learning rate that a schedule's factors multiply. */
  readonly initialLr: number;
  /** The learning rate on the device: a variable, so that a compiled step follows it without a new trace. */
  readonly rate: Variable;
  #lr: number;

  constructor(parameters: readonly Variable[], lr: number, weightDecay: number) {
    checkNotNegative('lr', lr);
    checkNotNegative('weight_decay', weightDecay);
    this.parameters = parameters;
    this.weightDecay = weightDecay;
    this.initialLr = lr;
    this.#lr = lr;
    this.rate = new Variable(tensor(lr), { trainable: false, name: 'learning rate' });
  }

  /** Learning rate of the updates from now on. */
  get lr(): number {
    return this.#lr;
  }

  set lr(value: number) {
    checkNotNegative('lr', value);
    if (value === this.#lr) return;
    this.#lr = value;
    this.rate.assign(tensor(value));
  }
}

/** Groups with defaults filled in. */
export function toGroups(parameters: Parameters, defaults: GroupOptions): ParameterGroup[] {
  const inputs = [...(parameters as Iterable<Variable | ParameterGroupInput>)];
  const loose = inputs.filter((input) => input instanceof Variable);
  const groups = inputs.filter(
    (input): input is ParameterGroupInput => !(input instanceof Variable),
  );
  if (loose.length > 0) groups.push({ parameters: loose });
  const seen = new Set<Variable>();
  const result = groups.map(({ parameters: members, lr, weight_decay, ...rest }) => {
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) {
      throw new TypeError(
        `optimizer: unknown option '${unknown}' of a group; it takes 'parameters', 'lr', 'weight_decay'`,
      );
    }
    const list = [...members];
    for (const parameter of list) {
      if (seen.has(parameter)) {
        throw new Error(
          `optimizer: parameter ${parameter.name || `of shape [${parameter.shape.join(', ')}]`} is given twice`,
        );
      }
      seen.add(parameter);
    }
    return new ParameterGroup(
      list,
      lr ?? defaults.lr ?? 1e-3,
      weight_decay ?? defaults.weight_decay ?? 0,
    );
  });
  if (seen.size === 0) {
    throw new Error('optimizer: got no parameters; pass model.parameters()');
  }
  return result;
}

/**
 * Two groups of the parameters that are trained: those that weight decay is for, and those it is commonly kept from,
 * biases and the weights of norms, as Hugging Face's Trainer does it. Frozen ones are in neither, and cost no state.
 */
export function weightDecayGroups(model: Module, weightDecay: number): ParameterGroupInput[] {
  const kept = keptFromDecay(model);
  const parameters = model.parameters().filter(({ trainable }) => trainable);
  return [
    { parameters: parameters.filter((p) => !kept.has(p)), weight_decay: weightDecay },
    { parameters: parameters.filter((p) => kept.has(p)), weight_decay: 0 },
  ];
}

/** Biases and the weights of norms. */
export function keptFromDecay(model: Module): Set<Variable> {
  const kept = new Set<Variable>();
  for (const [, module] of model.namedModules()) {
    const isNorm = module instanceof LayerNorm || module instanceof RMSNorm;
    for (const [name, parameter] of module.namedParameters({ recurse: false })) {
      if (isNorm || /(^|[._])bias$/.test(name)) kept.add(parameter);
    }
  }
  return kept;
}

function checkNotNegative(name: string, value: number): void {
  if (!(value >= 0)) throw new RangeError(`optimizer: ${name} must be at least 0: got ${value}`);
}
