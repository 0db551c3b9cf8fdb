/**
 * f32 matrix products on one adapter. Operands lie on the device before the clock starts; the result is read
 * back into a JavaScript array inside the time, the same for all sides.
 *
 * @module
 */
import type { Case, Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { ourProduct } from '../../ours/product.ts';
import { JAX } from '../../peers/jax.ts';
import { openJaxProduct, tfProduct } from '../../peers/products.ts';
import type { Product } from '../wasm/operands.ts';
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
  return ourProduct(product, 1);
}

async function openJax(product: Product): Promise<Contender> {
  useWebGpu();
  return openJaxProduct(product, 'webgpu');
}

async function openTfjs(product: Product): Promise<Contender> {
  useWebGpu();
  return tfProduct(product, {
    ...(await loadTfjsWebGpu()),
    name: TFJS_WEBGPU,
    threads: 1,
    read: (result) => result.data(),
  });
}
