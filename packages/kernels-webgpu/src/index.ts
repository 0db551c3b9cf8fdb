/**
 * The WebGPU backend of @llm/tensor: devices, and a backend that runs plans on one of them.
 *
 * @module @llm/kernels-webgpu
 */
export { type AdapterDescription, type DeviceList, devices } from './adapter.ts';
export { createWebGpuBackend, WebGpuBackend } from './backend.ts';
export type { KernelLimit, WebGpuBackendOptions } from './backend-options.ts';
export { requestDevice, type WebGpuDevice } from './device.ts';
export {
  BufferLimitError,
  DeviceLostError,
  ForeignBufferError,
  KernelError,
  OutOfMemoryError,
  SelfCheckError,
  ShaderError,
  WebGpuUnavailableError,
} from './errors.ts';
export { hasGpu } from './has-gpu.ts';
export type { NativeAdapter, NativeBuffer, NativeDevice } from './native.ts';
export type { DeviceOptions } from './options.ts';
export type { CompileProgress } from './pipelines.ts';
