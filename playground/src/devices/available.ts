/**
 * Where this browser can compute, asked without loading anything.
 *
 * @module
 */

/** What can be chosen, and what speaks against it. */
export interface AvailableDevices {
  /** The GPU, or why there is none. */
  readonly webgpu:
    | { readonly name: string; readonly isSoftware: boolean }
    | { readonly reason: string };
  /** The processor: threads that WebAssembly will use, and why it is only one. */
  readonly wasm: { readonly threads: number; readonly reason?: string };
}

/** Asks the browser. */
export async function availableDevices(): Promise<AvailableDevices> {
  return { webgpu: await webgpuOf(), wasm: wasmOf() };
}

async function webgpuOf(): Promise<AvailableDevices['webgpu']> {
  if (!isSecureContext) {
    return { reason: 'WebGPU needs an https: address (or localhost)' };
  }
  if (!navigator.gpu) {
    return {
      reason: 'this browser has no WebGPU; recent Chrome, Edge, Safari and Firefox have it',
    };
  }
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) return { reason: 'the browser found no GPU that it can use' };
  const { description, vendor, architecture, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
  return {
    name,
    isSoftware: isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${name} ${architecture}`),
  };
}

function wasmOf(): AvailableDevices['wasm'] {
  const threads = navigator.hardwareConcurrency || 1;
  if (crossOriginIsolated) return { threads };
  return { threads: 1, reason: 'one thread; open the page again to use all' };
}
