import { showCompileProgress } from './compile-progress.ts';
import type { DeviceOptions } from './options.ts';
import type { CompileProgress } from './pipelines.ts';

/** How a WebGPU backend is set up; everything has a default. */
export interface WebGpuBackendOptions extends DeviceOptions {
  /** What the backend is called where devices are named; default `webgpu`. */
  readonly name?: string;
  /** Most bytes of GPU memory, buffers that wait to be used again included; default: what the device has. */
  readonly memoryLimit?: number;
  /**
   * The features that kernels may use; default: all that are switched on. An empty list gives the kernels that
   * every device can run.
   */
  readonly kernelFeatures?: readonly string[];
  /**
   * Limits lower than the device's, by WebGPU's names, that kernels must keep to: to see how a program does on
   * another device.
   */
  readonly kernelLimits?: Readonly<Record<string, number>>;
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
  readonly kernelLimits: Readonly<Record<string, number>>;
  readonly debug: boolean;
  readonly selfCheck: boolean | undefined;
  readonly onCompile: (progress: CompileProgress) => void;
}

/** Parts the backend's options from the device's, which checks the rest. @throws TypeError for bad values */
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
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`createWebGpuBackend: name must be a text, got ${JSON.stringify(name)}`);
  }
  if (!(memoryLimit > 0)) {
    throw new TypeError(`createWebGpuBackend: memoryLimit must be above 0, got ${memoryLimit}`);
  }
  const features = kernelFeatures && new Set(kernelFeatures);
  return {
    device,
    settings: {
      ...{ name, memoryLimit, kernelFeatures: features, kernelLimits, debug, selfCheck, onCompile },
    },
  };
}

/** Limits with some of them lowered. @throws RangeError for one that is unknown, or not lower */
export function lowered(
  limits: Readonly<Record<string, number>>,
  wanted: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  for (const [name, value] of Object.entries(wanted)) {
    if (value > 0 && value <= (limits[name] ?? Number.NaN)) continue;
    throw new RangeError(
      `createWebGpuBackend: kernelLimits.${name} is ${value}, but this device has ${limits[name] ?? 'no such limit'}; only lower ones can be asked for`,
    );
  }
  return { ...limits, ...wanted };
}
