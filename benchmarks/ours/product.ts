/**
 * Our side of matrix products.
 *
 * @module
 */
import { realize, type Tensor, tensor } from '@llm/tensor';
import type { Contender } from '../harness/case.ts';
import { type Product, productOperands } from '../suites/wasm/operands.ts';
import { ourVersion } from './device.ts';

/** A product through the public API, `a.matmul(b)`, on the default device, with new tensors in each round. */
export function ourProduct(product: Product, threads: number): Contender {
  const { m, k, n } = product;
  const sets = productOperands(product);
  let operands: { a: Tensor; b: Tensor } | undefined;
  let result: ArrayLike<number> = [];
  return {
    name: 'ours',
    version: ourVersion(),
    threads,
    async prepare(round) {
      const set = sets[round % 2]!;
      operands?.a.dispose(); // as the peers do between rounds
      operands?.b.dispose();
      operands = { a: tensor(set.a, [m, k]), b: tensor(set.b, [k, n]) };
      await realize(operands.a, operands.b);
    },
    async run() {
      const { a, b } = operands!;
      const start = performance.now();
      const product = a.matmul(b);
      result = await product.data();
      const milliseconds = performance.now() - start;
      product.dispose();
      return milliseconds;
    },
    result: async () => result,
    async close() {},
  };
}
