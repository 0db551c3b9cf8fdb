/**
 * The WebGPU backend of @llm/tensor. So far its device manager: which adapters there are, and devices with
 * all that they can do.
 *
 * @module @llm/kernels-webgpu
 */
export { type AdapterDescription, type DeviceList, devices } from './adapter.ts';
export { type DeviceOptions, requestDevice, type WebGpuDevice } from './device.ts';
export { DeviceLostError, WebGpuUnavailableError } from './errors.ts';
export type { NativeAdapter, NativeDevice } from './native.ts';
