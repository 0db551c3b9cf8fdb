/**
 * The adapters of this machine, described.
 *
 * @module
 */
import { explainNoAdapter, findGpu } from './gpu.ts';

/** What an adapter is and can do. */
export interface AdapterDescription {
  /** As the driver reports it; browsers may leave any of these four empty. */
  readonly vendor: string;
  /** Family of GPUs, such as `ampere`. */
  readonly architecture: string;
  /** A name or identifier given by the vendor. */
  readonly device: string;
  /** The driver's own words. */
  readonly description: string;
  /** True for software adapters, which compute on the CPU, about ten times slower than WebAssembly does. */
  readonly isFallback: boolean;
  /** Smallest and largest subgroup in invocations; undefined if the adapter does not say. */
  readonly subgroupSizes: readonly [smallest: number, largest: number] | undefined;
  /** WebGPU's feature names, sorted. */
  readonly features: readonly string[];
  /** WebGPU's limits by name; sizes in bytes. */
  readonly limits: Readonly<Record<string, number>>;
}

/** The adapters found, or the reason why there are none. */
export interface DeviceList {
  /** Without duplicates, the one for high performance first. */
  readonly adapters: readonly AdapterDescription[];
  /** Set if `adapters` is empty: why, and what to do about it. */
  readonly reason: string | undefined;
}

/**
 * Lists the adapters that WebGPU offers: at most one for each power preference, and the software adapter.
 * Never throws for want of WebGPU: `reason` then says what is missing.
 *
 * @example
 * const { adapters, reason } = await devices();
 * console.log(reason ?? adapters.map((adapter) => adapter.description));
 */
export async function devices(): Promise<DeviceList> {
  const access = await findGpu([]);
  if ('reason' in access) return { adapters: [], reason: access.reason };
  const found = new Map<string, AdapterDescription>();
  for (const options of requests) {
    const adapter = await access.gpu.requestAdapter(options);
    if (!adapter) continue;
    const description = describeAdapter(adapter.info, adapter.features, adapter.limits);
    const { vendor, architecture, device, isFallback } = description;
    const key = JSON.stringify([vendor, architecture, device, description.description, isFallback]);
    if (!found.has(key)) found.set(key, description);
  }
  const adapters = [...found.values()];
  return { adapters, reason: adapters.length > 0 ? undefined : explainNoAdapter() };
}

const requests: readonly GPURequestAdapterOptions[] = [
  { powerPreference: 'high-performance' },
  { powerPreference: 'low-power' },
  { forceFallbackAdapter: true },
];

/** Copies what an adapter or a device says about itself into plain data. */
export function describeAdapter(
  info: GPUAdapterInfo | undefined,
  features: Iterable<string>,
  limits: GPUSupportedLimits,
): AdapterDescription {
  const { subgroupMinSize, subgroupMaxSize } = info ?? {};
  return {
    vendor: info?.vendor ?? '',
    architecture: info?.architecture ?? '',
    device: info?.device ?? '',
    description: info?.description ?? '',
    isFallback: info?.isFallbackAdapter ?? false,
    subgroupSizes:
      subgroupMinSize && subgroupMaxSize ? [subgroupMinSize, subgroupMaxSize] : undefined,
    features: [...features].sort(),
    limits: copyLimits(limits),
  };
}

/** The limits are getters of a prototype, which spreading does not see, but `for…in` does. */
function copyLimits(limits: GPUSupportedLimits): Record<string, number> {
  const copy: Record<string, number> = {};
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') copy[name] = value;
  }
  return copy;
}
