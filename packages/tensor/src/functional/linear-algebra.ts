import { operandOf } from '../autocast.ts';
import { isQuantized } from '../ops/dequantize.ts';
import * as products from '../ops/matmul.ts';
import { transposedMatrix } from '../ops/movement.ts';
import { quantizedLinear } from '../ops/quantized-linear.ts';
import { Tensor } from '../tensor.ts';

/**
 * The matrix product by the rules of `torch.matmul`: vectors, matrices, broadcast batches. The transpose of a
 * quantized matrix, on the right, is never expanded where the backend has a kernel for it.
 */
export function matmul(left: Tensor, right: Tensor): Tensor {
  const factor = right.node;
  const matrix = transposedMatrix(factor);
  if (matrix && isQuantized(matrix)) return new Tensor(quantizedLinear(left.node, matrix));
  return new Tensor(products.matmul(operandOf(left.node), operandOf(factor)));
}

/**
 * x · weightᵀ + bias: x [..., in], weight [out, in], bias [out] → [..., out]. A quantized weight is never
 * expanded where the backend has a kernel for it.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const matrix = weight.node;
  if (isQuantized(matrix)) return new Tensor(quantizedLinear(x.node, matrix, bias?.node));
  const [input, weights] = [operandOf(x.node), operandOf(matrix)];
  return new Tensor(products.linear(input, weights, bias && operandOf(bias.node)));
}
