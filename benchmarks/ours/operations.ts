/**
 * Our side of the functions of rows.
 *
 * @module
 */
import { gelu, layerNorm, realize, softmax, type Tensor, tensor } from '@llm/tensor';
import type { Contender } from '../harness/case.ts';
import { ROW_SHAPE, type RowFunction } from '../suites/wasm/operands.ts';
import { OUR_THREADS, ourVersion, useWasm } from './device.ts';

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
