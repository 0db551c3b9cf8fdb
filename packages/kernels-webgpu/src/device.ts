/**
 * Requests WebGPU devices.
 *
 * @module
 */
import { type AdapterDescription, describeAdapter } from './adapter.ts';
import { DeviceLostError, WebGpuUnavailableError } from './errors.ts';
import { explainNoAdapter, findGpu } from './gpu.ts';
import type { NativeDevice } from './native.ts';
import type { DeviceOptions } from './options.ts';

/** A device, and what is known about it. */
export interface WebGpuDevice {
  /** WebGPU's own object. */
  readonly native: NativeDevice;
  readonly adapter: AdapterDescription;
  /** The features that are switched on. */
  readonly features: ReadonlySet<string>;
  /** The limits in force, by WebGPU's names; sizes in bytes. */
  readonly limits: Readonly<Record<string, number>>;
  /**
   * Resolves when the device is gone; it never rejects. Whoever has work in flight races it against this
   * and throws the error.
   */
  readonly lost: Promise<DeviceLostError>;
  /** Frees the device and its memory. Does nothing to a device that was passed in. */
  destroy(): void;
}

/** Features that kernels have variants for; each is asked for where the adapter has it. */
const usefulFeatures = ['shader-f16', 'subgroups', 'timestamp-query'];

/**
 * Requests a device with every useful feature and the largest limits of its adapter. Two calls give two
 * devices. An idle device does not keep a Node process alive.
 *
 * @throws WebGpuUnavailableError if there is no adapter, saying why.
 * @throws Error for an unknown option, a feature that the adapter lacks, or an adapter already used.
 *
 * @example
 * const device = await requestDevice({ requiredFeatures: ['shader-f16'] });
 * console.log(device.adapter.description, device.limits.maxBufferSize);
 */
export async function requestDevice(options: DeviceOptions = {}): Promise<WebGpuDevice> {
  if (Object.keys(options).length > 0) {
    (await import('./check-options.ts')).checkOptions(options);
  }
  const required = options.requiredFeatures ?? [];
  if (options.device) {
    const device = options.device as GPUDevice;
    requireFeatures('device', required, device.features);
    const adapter = describeAdapter(device.adapterInfo, device.features, device.limits);
    return wrap(device, adapter, () => {});
  }

  const adapter = (options.adapter as GPUAdapter | undefined) ?? (await requestAdapter(options));
  requireFeatures('adapter', required, adapter.features);
  const description = describeAdapter(adapter.info, adapter.features, adapter.limits);
  const useful = usefulFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter
    .requestDevice({
      label: '@llm/kernels-webgpu',
      requiredFeatures: [...new Set([...useful, ...required])] as GPUFeatureName[],
      requiredLimits: description.limits,
    })
    .catch((cause: Error) => {
      const fix = options.adapter ? '; an adapter gives one device only: request it anew' : '';
      throw new Error(`requestDevice: the adapter gave no device: ${cause.message}${fix}`, {
        cause,
      });
    });
  return wrap(device, description, () => device.destroy());
}

async function requestAdapter(options: DeviceOptions): Promise<GPUAdapter> {
  const access = await findGpu(options.toggles ?? []);
  if ('reason' in access) throw new WebGpuUnavailableError(access.reason);
  const { powerPreference = 'high-performance' } = options;
  const adapter = await access.gpu.requestAdapter({ powerPreference });
  if (!adapter) throw new WebGpuUnavailableError(explainNoAdapter());
  return adapter;
}

function wrap(native: GPUDevice, adapter: AdapterDescription, destroy: () => void): WebGpuDevice {
  const { features, limits } = describeAdapter(undefined, native.features, native.limits);
  const lost = native.lost.then(({ reason, message }) => new DeviceLostError(reason, message));
  return { native, adapter, features: new Set(features), limits, lost, destroy };
}

function requireFeatures(
  owner: string,
  required: readonly string[],
  present: ReadonlySet<string>,
): void {
  const missing = required.filter((feature) => !present.has(feature));
  if (missing.length === 0) return;
  throw new Error(
    `requestDevice: the ${owner} lacks ${missing.join(', ')}; it has ${[...present].sort().join(', ')}`,
  );
}
