/**
 * Our backend, as the suites use it: two threads.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { wasm } from '@llm/kernels-wasm';
import { setDefaultDevice } from '@llm/tensor';

/** Threads that ours, and each peer that can, computes with. */
export const OUR_THREADS = 2;

let ready: Promise<void> | undefined;

/** Makes the WebAssembly backend the default device, once. */
export function useWasm(): Promise<void> {
  ready ??= (async () => setDefaultDevice(await wasm({ threads: OUR_THREADS })))();
  return ready;
}

/** Version of `@llm/tensor`. */
export function ourVersion(): string {
  const path = new URL('../../packages/tensor/package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
