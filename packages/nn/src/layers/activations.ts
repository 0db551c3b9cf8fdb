import { checkOptions, gelu, quickGelu, relu, silu, type Tensor } from '@llm/tensor';
import { Module } from '../module/module.ts';

/** max(x, 0) */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** Options of `GELU`. */
export interface GELUOptions {
  /** `'none'` (default) is exact, by erf; `'tanh'` is the approximation of GPT-2. */
  readonly approximate?: 'none' | 'tanh';
}

/** x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel, 2016) */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: GELUOptions = {}) {
    super();
    checkOptions('GELU', options, ['approximate']);
    this.approximate = options.approximate ?? 'none';
  }

  forward(x: Tensor): Tensor {
    return gelu(x, this.approximate);
  }
}

/** x · σ(x) */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** tanh x */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** 1 / (1 + e^−x) */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** A function of one tensor. */
export type Activation = (x: Tensor) => Tensor;

/** Activations by the names that configuration files use. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  relu,
  gelu,
  gelu_new: (x) => gelu(x, 'tanh'),
  gelu_pytorch_tanh: (x) => gelu(x, 'tanh'),
  quick_gelu: quickGelu,
  silu,
  swish: silu,
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
};

/** Name of an activation. */
export type ActivationName =
  | 'relu'
  | 'gelu'
  | 'gelu_new'
  | 'gelu_pytorch_tanh'
  | 'quick_gelu'
  | 'silu'
  | 'swish'
  | 'tanh'
  | 'sigmoid';

/** An activation by name, or the function itself. @throws TypeError naming those known. */
export function activationOf(name: ActivationName | Activation): Activation {
  if (typeof name === 'function') return name;
  if (!Object.hasOwn(activations, name)) {
    throw new TypeError(
      `activation: unknown '${name}'; known are ${Object.keys(activations).join(', ')}, or pass a function`,
    );
  }
  return activations[name];
}
