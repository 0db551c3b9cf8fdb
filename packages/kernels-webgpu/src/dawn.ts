/**
 * WebGPU in Node: Google's Dawn, from the optional npm package `webgpu`.
 *
 * @module
 */

/** What a look for WebGPU found: the entry point, or a sentence that says why there is none. */
export type GpuAccess = { readonly gpu: GPU } | { readonly reason: string };

/** The part of the package `webgpu` that is used here. */
interface Dawn {
  create(options: string[]): GPU;
}

/**
 * A process aborts or hangs when Dawn's instance is garbage-collected while its devices live, and that
 * befalls a variable of a module as soon as nothing reaches it. So instances live on the global object,
 * one for each set of toggles, and are shared by all copies of this package in the process.
 */
const registry = Symbol.for('@llm/dawn');

function instances(): Map<string, GPU> {
  const holder = globalThis as { [registry]?: Map<string, GPU> };
  holder[registry] ??= new Map();
  return holder[registry];
}

/**
 * The Dawn instance with these toggles enabled, made on first use.
 *
 * @param toggles Names of Dawn's toggles, such as `allow_unsafe_apis`.
 * @param packageName Where Dawn comes from. A variable, not a literal in the `import()` below: bundlers for
 *   the browser would try to resolve a literal, and fail where the optional package is not installed.
 */
export async function openDawn(
  toggles: readonly string[],
  packageName: string = 'webgpu',
): Promise<GpuAccess> {
  const key = [...toggles].sort().join(',');
  const existing = instances().get(key);
  if (existing) return { gpu: existing };
  let dawn: Dawn;
  try {
    dawn = await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName);
  } catch (error) {
    return { reason: explainMissing(packageName, error) };
  }
  const gpu = dawn.create(key ? [`enable-dawn-features=${key}`] : []);
  // Someone else may have been first while the package loaded; theirs is the one to share.
  const winner = instances().get(key) ?? gpu;
  instances().set(key, winner);
  return { gpu: winner };
}

/** Tells a package that is absent from one that is there but does not load. */
function explainMissing(packageName: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return absent && message?.includes(packageName)
    ? `WebGPU: no adapter; in Node install the "webgpu" package, on Linux also a Vulkan driver`
    : `WebGPU: no adapter; the package "${packageName}" does not load: ${message ?? String(error)}`;
}
