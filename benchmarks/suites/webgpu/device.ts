/**
 * WebGPU for ours and its peers in Node: one Dawn instance as `navigator.gpu`, so that all sides get the same
 * adapter.
 *
 * @module
 */
import { createWebGpuBackend, devices } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import * as dawn from 'webgpu';
import { Unavailable } from '../../harness/case.ts';

const DEVICE = 'webgpu';

let registered = false;

/** Puts Dawn where browsers have WebGPU, and its constants among the globals. */
function provideWebGpu(): void {
  globalThis.navigator ??= { userAgent: 'Node.js' } as Navigator;
  if (globalThis.navigator.gpu) return;
  // Held by the property: Dawn's instance must not be collected while its devices live.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn.create([]) });
  Object.assign(globalThis, dawn.globals);
}

/** Makes WebGPU our default device. */
export function useWebGpu(): void {
  provideWebGpu();
  if (!registered) {
    registered = true;
    registerDevice(DEVICE, async () => new BackendDevice(await createWebGpuBackend()));
  }
  setDefaultDevice(DEVICE);
}

/** What the adapter calls itself. @throws Unavailable without one */
export async function adapterName(): Promise<string> {
  provideWebGpu();
  const { adapters, reason } = await devices();
  if (adapters.length === 0) throw new Unavailable('absent', reason ?? 'no adapter');
  return adapters[0]!.description || adapters[0]!.device;
}
