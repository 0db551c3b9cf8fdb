/**
 * Finds the entry point of WebGPU wherever the program runs.
 *
 * @module
 */
import { type GpuAccess, openDawn } from './dawn.ts';

const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

/** Whether WebGPU comes from Dawn's package, and waiting means asking: in Node itself, not in what imitates it. */
export const asksForEvents =
  inNode && !['bun', 'deno', 'electron'].some((name) => name in process.versions);

/**
 * The environment's own WebGPU (`navigator.gpu` in browsers and Deno), else Dawn in Node.
 *
 * @param toggles Dawn's toggles to enable.
 * @throws Error if toggles are asked for where WebGPU does not come from Dawn's Node package.
 */
export async function findGpu(toggles: readonly string[]): Promise<GpuAccess> {
  const gpu = globalThis.navigator?.gpu as GPU | undefined;
  if (gpu || !inNode) {
    if (toggles.length > 0) {
      throw new Error(
        `requestDevice: toggles (got ${toggles.join(', ')}) exist only in Node with the "webgpu" package; ` +
          'leave them out here, and start a browser with the matching flag instead',
      );
    }
    return gpu ? { gpu } : { reason: explainBrowser() };
  }
  return openDawn(toggles);
}

/** Why an entry point that exists gave no adapter. */
export function explainNoAdapter(): string {
  return inNode
    ? 'WebGPU: no adapter; the "webgpu" package found no driver: on Linux install a Vulkan driver ' +
        '(Debian and Ubuntu: mesa-vulkan-drivers, version 23 or newer)'
    : 'WebGPU: no adapter; the browser found no GPU it may use: see chrome://gpu or about:support, ' +
        'and update the graphics driver';
}

function explainBrowser(): string {
  return globalThis.isSecureContext === false
    ? 'WebGPU: no adapter; browsers offer WebGPU to secure pages only: use https or localhost'
    : 'WebGPU: no adapter; this browser has no WebGPU: use Chrome or Edge 113, Safari 26, Firefox 141 or newer';
}
