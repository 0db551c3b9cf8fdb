import { checkOptions, type Tensor, type Variable } from '@llm/nn';

/** Options of `distillationLoss`. */
export interface DistillationOptions {
  /** T: both sides' logits are divided by it. Default 2. */
  readonly temperature?: number;
}

/**
 * T² · KL(teacher ‖ student) of softened classes (Hinton et al., 2015), the mean over rows: PyTorch's
 * `kl_div(log_softmax(s / T), softmax(t / T), reduction='batchmean') * T²`. No gradient flows to the teacher.
 *
 * @param student logits [..., classes]
 * @param teacher logits of the same shape
 * @returns a scalar
 */
export function distillationLoss(
  student: Tensor,
  teacher: Tensor,
  options: DistillationOptions = {},
): Tensor {
  checkOptions('distillationLoss', options, ['temperature']);
  const { temperature = 2 } = options;
  if (!(temperature > 0)) {
    throw new RangeError(`distillationLoss: temperature must be above 0: got ${temperature}`);
  }
  if (String(student.shape) !== String(teacher.shape)) {
    throw new RangeError(
      `distillationLoss: wants logits of one shape: got [${student.shape}] and [${teacher.shape}]`,
    );
  }
  const wanted = teacher.detach().div(temperature).logSoftmax();
  const got = student.div(temperature).logSoftmax();
  const divergence = wanted.exp().mul(wanted.sub(got)).sum(-1);
  return divergence.mean().mul(temperature ** 2);
}

/** Σ |θ| of parameters, to be added to a loss times a small factor. A scalar. @throws RangeError without any */
export function l1Penalty(parameters: Iterable<Variable>): Tensor {
  return total('l1Penalty', parameters, (parameter) => parameter.abs().sum());
}

/** Σ θ² of parameters, to be added to a loss times a small factor. A scalar. @throws RangeError without any */
export function l2Penalty(parameters: Iterable<Variable>): Tensor {
  return total('l2Penalty', parameters, (parameter) => parameter.square().sum());
}

function total(
  name: string,
  parameters: Iterable<Variable>,
  of: (parameter: Variable) => Tensor,
): Tensor {
  const parts = Array.from(parameters, of);
  if (parts.length === 0) throw new RangeError(`${name}: got no parameters`);
  return parts.reduce((sum, part) => sum.add(part));
}
