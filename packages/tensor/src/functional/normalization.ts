import * as normalization from '../ops/normalization.ts';
import * as exponentials from '../ops/softmax.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';

/** Probabilities: eˣ / Σ eˣ along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return new Tensor(exponentials.softmax(x.node, axis));
}

/** Logarithms of the probabilities along `axis`, without the loss of `log(softmax(x))`. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return new Tensor(exponentials.logSoftmax(x.node, axis));
}

/** log Σ eˣ along `axis`, without overflow. */
export function logSumExp(x: Tensor, axis = -1, keepdim = false): Tensor {
  return new Tensor(exponentials.logSumExp(x.node, axis, keepdim));
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the last axes.
 *
 * @param normalizedShape sizes of the last axes to normalize over; `weight` and `bias` have this shape
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor,
  bias?: Tensor,
  eps = 1e-5,
): Tensor {
  return new Tensor(
    normalization.layerNorm(x.node, normalizedShape, weight?.node, bias?.node, eps),
  );
}

/**
 * x / √(mean of x² + eps) · weight over the last axes.
 *
 * @param eps by default the machine epsilon of f32, as `torch.nn.functional.rms_norm` has it
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor,
  eps = 2 ** -23,
): Tensor {
  return new Tensor(normalization.rmsNorm(x.node, normalizedShape, weight?.node, eps));
}
