/**
 * The devices that come with the package: `webgpu`, `wasm`, and `auto`, the default, which is the first of them
 * where a real GPU answers, and else the second. Registering is cheap: a device is made when it is first used.
 *
 * @module
 */
import { createWasmBackend } from '@llm/kernels-wasm';
import { BackendDevice, getDevice, registerDevice } from '@llm/tensor';

/** Loaded only where it is used: programs on the CPU do not download it. */
const webgpu = () => import('@llm/kernels-webgpu');

registerDevice('auto', async () => {
  const { hasGpu } = await webgpu();
  return getDevice((await hasGpu()) ? 'webgpu' : 'wasm');
});
registerDevice('wasm', async () => new BackendDevice(createWasmBackend()));
registerDevice('webgpu', async () => {
  const { createWebGpuBackend } = await webgpu();
  return new BackendDevice(await createWebGpuBackend());
});
