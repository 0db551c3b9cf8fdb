/**
 * Checks the options of `createWebGpuBackend`. Loaded where there are options: most pages have none.
 *
 * @module
 */
import type { BackendSettings, KernelLimit, WebGpuBackendOptions } from './backend-options.ts';
import { checkTexts } from './check-options.ts';
import type { WebGpuDevice } from './device.ts';

/** Every limit that kernels and buffers are fitted to; a missing or extra name does not compile. */
const kernelLimitNames: Readonly<Record<KernelLimit, true>> = {
  maxBufferSize: true,
  maxComputeWorkgroupStorageSize: true,
  maxComputeWorkgroupsPerDimension: true,
  maxStorageBufferBindingSize: true,
  maxStorageBuffersPerShaderStage: true,
};

/** Checks the backend's own options; `requestDevice` checks the rest. @throws TypeError naming a bad value's option */
export function checkBackendOptions(options: WebGpuBackendOptions): void {
  const { name, memoryLimit, kernelFeatures, debug, selfCheck, onCompile } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new TypeError(`createWebGpuBackend: name must be a text, got ${JSON.stringify(name)}`);
  }
  if (memoryLimit !== undefined && !(typeof memoryLimit === 'number' && memoryLimit > 0)) {
    throw new TypeError(
      `createWebGpuBackend: memoryLimit must be a number of bytes above 0, got ${JSON.stringify(memoryLimit)}`,
    );
  }
  checkTexts('createWebGpuBackend', 'kernelFeatures', kernelFeatures);
  for (const [option, value] of Object.entries({ debug, selfCheck })) {
    if (value === undefined || typeof value === 'boolean') continue;
    throw new TypeError(
      `createWebGpuBackend: ${option} must be true or false, got ${JSON.stringify(value)}`,
    );
  }
  if (onCompile !== undefined && typeof onCompile !== 'function') {
    throw new TypeError(`createWebGpuBackend: onCompile must be a function, got ${onCompile}`);
  }
}

/** @throws RangeError for features and limits that a device does not have, or that change nothing. */
export function checkSettings(
  { kernelFeatures = new Set(), kernelLimits }: BackendSettings,
  { features, limits }: WebGpuDevice,
): void {
  const missing = [...kernelFeatures].filter((feature) => !features.has(feature));
  if (missing.length > 0) {
    throw new RangeError(
      `createWebGpuBackend: kernelFeatures: this device lacks ${missing.join(', ')}; it has ${[...features].sort().join(', ')}`,
    );
  }
  for (const [name, value] of Object.entries(kernelLimits)) {
    if (!Object.hasOwn(kernelLimitNames, name)) {
      throw new RangeError(
        `createWebGpuBackend: kernelLimits.${name} changes nothing; kernels keep to ${Object.keys(kernelLimitNames).join(', ')}`,
      );
    }
    if (value > 0 && value <= (limits[name] ?? Number.NaN)) continue;
    throw new RangeError(
      `createWebGpuBackend: kernelLimits.${name} is ${value}, but this device has ${limits[name] ?? 'no such limit'}; only lower ones can be asked for`,
    );
  }
}
