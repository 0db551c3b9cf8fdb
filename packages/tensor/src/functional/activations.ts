import * as activation from '../ops/activation.ts';
import { expm1 as expm1Of, log1p as log1pOf } from '../ops/exponential.ts';
import { Tensor } from '../tensor.ts';

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  return new Tensor(activation.relu(x.node));
}

/** max(x, 0)² */
export function reluSquared(x: Tensor): Tensor {
  return new Tensor(activation.reluSquared(x.node));
}

/** x, or `negativeSlope` · x below 0 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return new Tensor(activation.leakyRelu(x.node, negativeSlope));
}

/** x, or `alpha` · (eˣ − 1) below 0 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return new Tensor(activation.elu(x.node, alpha));
}

/** Gaussian error linear unit: exact (`'none'`, by erf), or by `'tanh'`, up to 5e-4 apart. */
export function gelu(x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor {
  return new Tensor(activation.gelu(x.node, approximate));
}

/** x · σ(x), also called Swish */
export function silu(x: Tensor): Tensor {
  return new Tensor(activation.silu(x.node));
}

/** x · σ(1.702 x), the GELU of CLIP */
export function quickGelu(x: Tensor): Tensor {
  return new Tensor(activation.quickGelu(x.node));
}

/** log(1 + eˣ), without overflow for large x */
export function softplus(x: Tensor): Tensor {
  return new Tensor(activation.softplus(x.node));
}

/** x · tanh(log(1 + eˣ)) */
export function mish(x: Tensor): Tensor {
  return new Tensor(activation.mish(x.node));
}

/** log(1 + x), exact near 0 */
export function log1p(x: Tensor): Tensor {
  return new Tensor(log1pOf(x.node));
}

/** eˣ − 1, exact near 0 */
export function expm1(x: Tensor): Tensor {
  return new Tensor(expm1Of(x.node));
}
