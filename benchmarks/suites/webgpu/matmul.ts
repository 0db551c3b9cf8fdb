/**
 * f32 matrix products on one adapter. Operands lie on the device before the clock starts; the result is read
 * back into a JavaScript array inside the time, the same for all sides.
 *
 * @module
 */
import { realize, type Tensor, tensor } from '@llm/tensor';
import type { Case, Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { ourVersion } from '../../ours/device.ts';
import { JAX, loadJax } from '../../peers/jax.ts';
import { type Product, productOperands } from '../wasm/operands.ts';
import { useWebGpu } from './device.ts';
import { loadTfjsWebGpu, TFJS_WEBGPU } from './tfjs.ts';

const sizes = [512, 1024];

/** One case per size; ours must be twice as fast as either peer. */
export const matmulCases: readonly Case[] = sizes.map((size) => {
  const product: Product = { m: size, k: size, n: size };
  return sideBySide({
    name: `matmul ${size}³`,
    operations: 2 * size ** 3,
    tolerance: 1e-5,
    ours: () => openOurs(product),
    peers: [
      { name: JAX, open: () => openJax(product), bar: 2 },
      { name: TFJS_WEBGPU, open: () => openTfjs(product), bar: 2 },
    ],
  });
});

async function openOurs(product: Product): Promise<Contender> {
  useWebGpu();
  const { m, k, n } = product;
  const sets = productOperands(product);
  let operands: { a: Tensor; b: Tensor } | undefined;
  let result: ArrayLike<number> = [];
  return {
    name: 'ours',
    version: ourVersion(),
    threads: 1,
    async prepare(round) {
      const set = sets[round % 2]!;
      operands?.a.dispose();
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

async function openJax(product: Product): Promise<Contender> {
  useWebGpu();
  const { jax, version } = await loadJax('webgpu');
  const { array, matmul } = jax.numpy;
  const { m, k, n } = product;
  const sets = productOperands(product);
  let [a, b] = [array(new Float32Array(1)), array(new Float32Array(1))];
  let result: ArrayLike<number> = [];
  return {
    name: JAX,
    version,
    threads: 1,
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

async function openTfjs(product: Product): Promise<Contender> {
  useWebGpu();
  const { tf, version } = await loadTfjsWebGpu();
  const { m, k, n } = product;
  const sets = productOperands(product);
  let held: { a: ReturnType<typeof tf.tensor>; b: ReturnType<typeof tf.tensor> } | undefined;
  let result: ArrayLike<number> = [];
  const release = () => {
    held?.a.dispose();
    held?.b.dispose();
  };
  return {
    name: TFJS_WEBGPU,
    version,
    threads: 1,
    async prepare(round) {
      release();
      const set = sets[round % 2]!;
      held = { a: tf.tensor(set.a, [m, k]), b: tf.tensor(set.b, [k, n]) };
    },
    async run() {
      const { a, b } = held!;
      const start = performance.now();
      const product = tf.matMul(a, b);
      result = await product.data();
      const milliseconds = performance.now() - start;
      product.dispose();
      return milliseconds;
    },
    result: async () => result,
    close: async () => release(),
  };
}
