import { concat, full, type Tensor, type Variable } from '@llm/nn';

/**
 * The Euclidean norm of all gradients together; those without one count as zero. f32 scalar.
 *
 * @throws Error if no parameter has a gradient.
 */
export function gradNorm(parameters: Iterable<Variable>): Tensor {
  const squares: Tensor[] = [];
  for (const { grad } of parameters) {
    if (grad) squares.push(grad.to('f32').square().sum().reshape(1));
  }
  if (squares.length === 0) {
    throw new Error('gradNorm: no parameter has a gradient; call backward(loss) first');
  }
  return concat(squares).sum().sqrt();
}

/** The factor that brings gradients of norm `norm` to at most `maxNorm`: PyTorch's maxNorm / (norm + 1e-6), at most 1. */
export function clipFactor(norm: Tensor, maxNorm: number): Tensor {
  if (!(maxNorm > 0))
    throw new RangeError(`clip: the largest norm must be above 0: got ${maxNorm}`);
  return full([], maxNorm).div(norm.add(1e-6)).minimum(1);
}

/**
 * Scales all gradients together so that their norm is at most `maxNorm`, as PyTorch's `clip_grad_norm_`.
 *
 * @returns the norm before, an f32 scalar.
 */
export function clipGradNorm(parameters: Iterable<Variable>, maxNorm: number): Tensor {
  const list = [...parameters];
  const norm = gradNorm(list);
  const factor = clipFactor(norm, maxNorm);
  for (const parameter of list) {
    if (parameter.grad) parameter.grad = parameter.grad.mul(factor);
  }
  return norm;
}

/**
 * Limits every element of the gradients to ±`maxValue`, as PyTorch's `clip_grad_value_`.
 *
 * @throws RangeError unless `maxValue` is above 0
 */
export function clipGradValue(parameters: Iterable<Variable>, maxValue: number): void {
  checkMaxValue(maxValue);
  for (const parameter of parameters) {
    if (parameter.grad) parameter.grad = parameter.grad.clamp(-maxValue, maxValue);
  }
}

/** Throws unless a limit of the elements of gradients is above 0. */
export function checkMaxValue(maxValue: number): void {
  if (!(maxValue > 0)) {
    throw new RangeError(`clip: the largest value must be above 0: got ${maxValue}`);
  }
}
