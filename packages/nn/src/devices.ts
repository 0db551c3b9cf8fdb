/**
 * The devices that come with the package: `webgpu`, `wasm`, and `auto`, the default, which is the first of them
 * where a real GPU answers, and else the second. Registering is cheap: a device is made when it is first used.
 *
 * @module
 */
import { BackendDevice, getDevice, registerDevice } from '@llm/tensor';

/** Loaded only where they are used: a page downloads the backend that it runs on. */
const wasm = () => import('@llm/kernels-wasm');
const webgpu = () => import('@llm/kernels-webgpu');

let isRegistered = false;

/** Makes the devices known, once: the entries of the package that can be used alone call it, so that one is enough. */
export function registerDevices(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerDevice('auto', async () => {
    const { hasGpu } = await webgpu();
    return getDevice((await hasGpu()) ? 'webgpu' : 'wasm');
  });
  registerDevice('wasm', async () => {
    const { createWasmBackend } = await wasm();
    return new BackendDevice(createWasmBackend());
  });
  registerDevice('webgpu', async () => {
    const { createWebGpuBackend } = await webgpu();
    return new BackendDevice(await createWebGpuBackend());
  });
}
