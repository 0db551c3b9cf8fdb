/**
 * Matrix products of the libraries that run both on WebAssembly and on WebGPU.
 *
 * @module
 */
import type { Contender } from '../harness/case.ts';
import { type Product, productOperands } from '../suites/wasm/operands.ts';
import { JAX, type JaxDevice, loadJax } from './jax.ts';
import type { Tf, TfTensor } from './tfjs.ts';

/** The product of jax-js. */
export async function openJaxProduct(product: Product, device: JaxDevice): Promise<Contender> {
  const { jax, version, threads } = await loadJax(device);
  const { array, matmul } = jax.numpy;
  const sets = productOperands(product);
  const { m, k, n } = product;
  let [a, b] = [array(new Float32Array(1)), array(new Float32Array(1))];
  let result: ArrayLike<number> = [];
  return {
    name: JAX,
    version,
    threads,
    async prepare(round) {
      const set = sets[round % 2]!;
      a = await array(set.a, { shape: [m, k] }).blockUntilReady();
      b = await array(set.b, { shape: [k, n] }).blockUntilReady();
    },
    async run() {
      const start = performance.now();
      result = await matmul(a, b).data(); // consumes both
      return performance.now() - start;
    },
    result: async () => result,
    async close() {},
  };
}

/** TensorFlow.js on one of its backends. */
export interface TfBackend<Result extends TfTensor> {
  /** Name of the row. */
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly tf: Pick<Tf, 'tensor'> & { matMul(a: TfTensor, b: TfTensor): Result };
  /** Reads a result back as its backend can. */
  readonly read: (result: Result) => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** The product of TensorFlow.js. */
export function tfProduct<Result extends TfTensor>(
  product: Product,
  { name, version, threads, tf, read }: TfBackend<Result>,
): Contender {
  const sets = productOperands(product);
  const { m, k, n } = product;
  let held: { a: TfTensor; b: TfTensor } | undefined;
  let result: ArrayLike<number> = [];
  const release = () => {
    held?.a.dispose();
    held?.b.dispose();
  };
  return {
    name,
    version,
    threads,
    async prepare(round) {
      release();
      const set = sets[round % 2]!;
      held = { a: tf.tensor(set.a, [m, k]), b: tf.tensor(set.b, [k, n]) };
    },
    async run() {
      const { a, b } = held!;
      const start = performance.now();
      const product = tf.matMul(a, b);
      result = await read(product);
      const milliseconds = performance.now() - start;
      product.dispose();
      return milliseconds;
    },
    result: async () => result,
    close: async () => release(),
  };
}
