/**
 * f32 matrix products with fresh operands each call, so that packing is inside the time. Operands lie
 * where the library wants them before the clock starts (in its heap; for onnxruntime in the array it is
 * given); the result is read back into a JavaScript array inside the time.
 *
 * @module
 */
import type { Case, Contender } from '../../harness/case.ts';
import { type PeerEntry, sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS, useWasm } from '../../ours/device.ts';
import { MICROKERNEL, openMicrokernel } from '../../ours/microkernel.ts';
import { ourProduct } from '../../ours/product.ts';
import { JAX } from '../../peers/jax.ts';
import { ONNXRUNTIME, openOrtMatmul } from '../../peers/onnxruntime.ts';
import { openJaxProduct, tfProduct } from '../../peers/products.ts';
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
    { name: JAX, open: () => openJaxProduct(product, 'wasm'), bar: web },
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
    ours: async () => {
      useWasm();
      return ourProduct(product, OUR_THREADS);
    },
    peers,
  });
});

async function openTfjs(product: Product): Promise<Contender> {
  return tfProduct(product, {
    ...(await loadTfjs()),
    name: TFJS,
    read: (result) => result.dataSync(),
  });
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
