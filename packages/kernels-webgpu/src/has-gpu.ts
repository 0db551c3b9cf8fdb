import { findGpu } from './gpu.ts';

/**
 * Whether WebGPU reaches a real GPU here: an adapter answers and is not one that computes on the CPU, which is
 * about ten times slower than WebAssembly.
 *
 * @example
 * const backend = (await hasGpu()) ? await createWebGpuBackend() : createWasmBackend();
 */
export async function hasGpu(): Promise<boolean> {
  // Loading Dawn takes a tenth of a second and prints warnings; where there is no GPU that is for nothing.
  if (!(await mayHaveGpu())) return false;
  const access = await findGpu([]);
  if ('reason' in access) return false;
  const adapter = await access.gpu.requestAdapter({ powerPreference: 'high-performance' });
  // `info` is young; without it, browsers offer software adapters only when they are asked to.
  return adapter !== null && !adapter.info?.isFallbackAdapter;
}

/** False only on a Linux under Node that has none of the devices through which a GPU is reached. */
async function mayHaveGpu(): Promise<boolean> {
  if (globalThis.navigator?.gpu) return true;
  if (typeof process === 'undefined' || process.platform !== 'linux') return true;
  const { existsSync } = await import('node:fs');
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kgsl-3d0'].some(existsSync);
}
