import { ModuleBuilder } from './module-builder.ts';
import { f32x4, v128 } from './vector.ts';

/** The flag that Node 20 and 21 (V8 before 11.4) need for relaxed SIMD; later engines ignore it. */
export const RELAXED_SIMD_FLAG = '--experimental-wasm-relaxed-simd';

let relaxedSimd: boolean | undefined;

/**
 * Whether this engine compiles relaxed SIMD. In Node 20 and 21 it is switched on for the process
 * first, workers included; nothing else of V8's behaviour changes by that flag.
 */
export function hasRelaxedSimd(): boolean {
  if (relaxedSimd === undefined) {
    const { process } = globalThis as { process?: NodeJS.Process };
    const major = Number.parseInt(process?.versions?.node ?? '', 10);
    if (major === 20 || major === 21) {
      process?.getBuiltinModule?.('node:v8').setFlagsFromString(RELAXED_SIMD_FLAG);
    }
    relaxedSimd = WebAssembly.validate(relaxedProbe());
  }
  return relaxedSimd;
}

/** Whether memory can be shared with workers: always in Node, in a page if cross-origin isolated. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return crossOriginIsolated !== false;
}

/** A small module with the fused instruction in it. */
function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ sharedMemory: false, relaxedSimd: true });
  module.function('run', { address: 'i32' }, (f, { address }) => {
    const value = f.let(v128.load(address));
    f.emit(v128.store(address, f32x4.relaxedMadd(value, value, value)));
  });
  return module.finish();
}
