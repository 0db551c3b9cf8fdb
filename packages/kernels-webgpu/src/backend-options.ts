import { showCompileProgress } from './compile-progress.ts';
import type { DeviceOptions } from './options.ts';
import type { CompileProgress } from './pipelines.ts';

/** A limit that kernels and buffers are fitted to; sizes are in bytes. */
export type KernelLimit =
  | 'maxBufferSize'
  | 'maxComputeWorkgroupStorageSize'
  | 'maxComputeWorkgroupsPerDimension'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage';

/** How a WebGPU backend is set up; everything has a default. */
export interface WebGpuBackendOptions extends DeviceOptions {
  /** What the backend is called where devices are named; default `webgpu`. */
  readonly name?: string;
  /** Most bytes of GPU memory, buffers that wait to be used again included; default: what the device has. */
  readonly memoryLimit?: number;
  /**
   * The features that kernels may use, of those that the device has; default: all that are switched on. An empty list
   * gives the kernels that every device can run.
   */
  readonly kernelFeatures?: readonly string[];
  /**
   * Limits lower than the device's, by WebGPU's names, that kernels must keep to: to see how a program does on
   * another device. Kernels need no more than every device has of the limits that are not listed here.
   */
  readonly kernelLimits?: Readonly<Partial<Record<KernelLimit, number>>>;
  /** Fill memory with NaN before it is used, to find reads of what nobody wrote. Slow. */
  readonly debug?: boolean;
  /**
   * Compare each template's results with known ones before its first use on an adapter, once a process. Default: on
   * GPUs, not on software adapters, where compiling takes seconds and drivers differ little.
   */
  readonly selfCheck?: boolean;
  /**
   * Told how far the compilation of shaders has come, where it takes longer than a second. Default: shown on the
   * terminal, where there is one.
   */
  readonly onCompile?: (progress: CompileProgress) => void;
}

/** The options that are the backend's own, with their defaults. */
export interface BackendSettings {
  readonly name: string;
  readonly memoryLimit: number;
  readonly kernelFeatures: ReadonlySet<string> | undefined;
  readonly kernelLimits: Readonly<Partial<Record<KernelLimit, number>>>;
  readonly debug: boolean;
  readonly selfCheck: boolean | undefined;
  readonly onCompile: (progress: CompileProgress) => void;
}

/** Parts the backend's options, with their defaults, from the device's. */
export function splitOptions(options: WebGpuBackendOptions): {
  device: DeviceOptions;
  settings: BackendSettings;
} {
  const {
    name = 'webgpu',
    memoryLimit = Number.POSITIVE_INFINITY,
    kernelFeatures,
    kernelLimits = {},
    debug = false,
    selfCheck,
    onCompile = showCompileProgress,
    ...device
  } = options;
  const features = kernelFeatures && new Set(kernelFeatures);
  return {
    device,
    settings: {
      ...{ name, memoryLimit, kernelFeatures: features, kernelLimits, debug, selfCheck, onCompile },
    },
  };
}
