/**
 * Our side of the single operations.
 *
 * @module
 */
import { gelu, layerNorm, realize, softmax, type Tensor, tensor } from '@llm/tensor';
import type { Contender } from '../harness/case.ts';
import { type Product, ROW_SHAPE, type RowFunction } from '../suites/wasm/operands.ts';
import { OUR_THREADS, ourVersion, useWasm } from './device.ts';

/** A product through the public API, `a.matmul(b)`, with new tensors in each round. */
export async function openOurMatmul(
  { m, k, n }: Product,
  sets: readonly { a: Float32Array; b: Float32Array }[],
): Promise<Contender> {
  useWasm();
  let operands: { a: Tensor; b: Tensor } | undefined;
  let result: ArrayLike<number> = [];
  return {
    name: 'ours',
    version: ourVersion(),
    threads: OUR_THREADS,
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

/** A function of rows, timed until its result lies complete in the backend's memory. */
export async function openOurRows(
  name: RowFunction,
  values: Record<'x' | 'weight' | 'bias', Float32Array>,
): Promise<Contender> {
  useWasm();
  const columns = ROW_SHAPE[1];
  const x = tensor(values.x, ROW_SHAPE);
  const weight = tensor(values.weight, [columns]);
  const bias = tensor(values.bias, [columns]);
  await realize(x, weight, bias);
  const apply = {
    softmax: () => softmax(x),
    'layer norm': () => layerNorm(x, [columns], weight, bias),
    gelu: () => gelu(x),
  }[name];
  let result: Tensor | undefined;
  return {
    name: 'ours',
    version: ourVersion(),
    threads: OUR_THREADS,
    async prepare() {
      result?.dispose(); // the next result takes its memory, as with the peers
    },
    async run() {
      const start = performance.now();
      result = await apply().realize();
      return performance.now() - start;
    },
    result: () => result!.data(),
    async close() {},
  };
}
