/**
 * f32 matrix products with fresh operands each call, so that packing is inside the time. Operands lie
 * where the library wants them before the clock starts (in its heap; for onnxruntime in the array it is
 * given); the result is read back into a JavaScript array inside the time.
 *
 * @module
 */
import type { Case, Contender } from '../../harness/case.ts';
import { type PeerEntry, sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS } from '../../ours/device.ts';
import { MICROKERNEL, openMicrokernel } from '../../ours/microkernel.ts';
import { openOurMatmul } from '../../ours/operations.ts';
import { JAX, loadJax } from '../../peers/jax.ts';
import { ONNXRUNTIME, openOrtMatmul } from '../../peers/onnxruntime.ts';
import { loadTfjs, TFJS } from '../../peers/tfjs.ts';
import { type Product, productOperands } from './operands.ts';

/** Bars: ours over jax-js and tfjs-wasm, over onnxruntime, and over twice the microkernel's rate. */
const products: readonly (Product & { web: number; native: number; peak?: number })[] = [
  { m: 512, k: 512, n: 512, web: 3, native: 0.6, peak: 0.8 },
  { m: 1024, k: 1024, n: 1024, web: 3, native: 0.6, peak: 0.8 },
  { m: 2048, k: 2048, n: 2048, web: 3, native: 0.5, peak: 0.8 },
  { m: 128, k: 768, n: 3072, web: 2.5, native: 0.42 },
];

/** One case per product. */
export const matmulCases: readonly Case[] = products.map((product) => {
  const { m, k, n, web, native, peak } = product;
  const operations = 2 * m * k * n;
  const peers: PeerEntry[] = [
    { name: JAX, open: () => openJax(product), bar: web },
    { name: TFJS, open: () => openTfjs(product), bar: web },
    { name: ONNXRUNTIME, open: () => openOrt(product), bar: native },
    {
      name: MICROKERNEL,
      open: () => openMicrokernel(operations, OUR_THREADS),
      bound: true,
      ...(peak === undefined ? {} : { bar: peak }),
    },
  ];
  return sideBySide({
    name: `matmul ${m === n && k === n ? `${m}³` : `${m}×${k}×${n}`}`,
    operations,
    rounds: 15,
    tolerance: 1e-5,
    ours: async () => openOurMatmul(product, productOperands(product)),
    peers,
  });
});

async function openJax(product: Product): Promise<Contender> {
  const { jax, version, threads } = await loadJax();
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

async function openTfjs(product: Product): Promise<Contender> {
  const { tf, version, threads } = await loadTfjs();
  const sets = productOperands(product);
  const { m, k, n } = product;
  let held: { a: ReturnType<typeof tf.tensor>; b: ReturnType<typeof tf.tensor> } | undefined;
  let result: ArrayLike<number> = [];
  const release = () => {
    held?.a.dispose();
    held?.b.dispose();
  };
  return {
    name: TFJS,
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
      result = product.dataSync();
      const end = performance.now();
      product.dispose();
      return end - start;
    },
    result: async () => result,
    close: async () => release(),
  };
}

async function openOrt(product: Product): Promise<Contender> {
  const { m, k, n } = product;
  const session = await openOrtMatmul(m, k, n, OUR_THREADS);
  const sets = productOperands(product);
  let set = sets[0]!;
  let result: ArrayLike<number> = [];
  return {
    name: ONNXRUNTIME,
    version: session.version,
    threads: session.threads,
    async prepare(round) {
      set = sets[round % 2]!;
    },
    async run() {
      const start = performance.now();
      result = await session.run(set.a, set.b);
      return performance.now() - start;
    },
    result: async () => result,
    close: () => session.close(),
  };
}
