import * as products from '../ops/matmul.ts';
import { Tensor } from '../tensor.ts';

/** The matrix product by the rules of `torch.matmul`: vectors, matrices, broadcast batches. */
export function matmul(left: Tensor, right: Tensor): Tensor {
  return new Tensor(products.matmul(left.node, right.node));
}

/** x · weightᵀ + bias: x [..., in], weight [out, in], bias [out] → [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return new Tensor(products.linear(x.node, weight.node, bias?.node));
}
