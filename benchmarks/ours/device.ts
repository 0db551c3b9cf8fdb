/**
 * Our backend, as the suites use it: two threads.
 *
 * @module
 */
import { WasmBackend } from '@llm/kernels-wasm';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import manifest from '../../packages/tensor/package.json' with { type: 'json' };
import { RecordingBackend } from './recording.ts';

/** Threads that ours, and each peer that can, computes with. */
export const OUR_THREADS = 2;

const DEVICE = 'wasm';

let registered = false;

/** Makes the WebAssembly backend with two threads the default device. */
export function useWasm(): void {
  if (registered) return;
  registered = true;
  registerDevice(
    DEVICE,
    async () => new BackendDevice(WasmBackend.create({ threads: OUR_THREADS })),
  );
  setDefaultDevice(DEVICE);
}

let recordings = 0;

/** Runs `body` with a fresh backend as the default device, whose runs are recorded, and disposes of it. */
export async function withRecordedWasm<Result>(
  body: (backend: RecordingBackend) => Promise<Result>,
): Promise<Result> {
  useWasm();
  recordings += 1;
  const name = `${DEVICE} (recorded ${recordings})`;
  const inner = WasmBackend.create({ threads: OUR_THREADS });
  const backend = new RecordingBackend(inner, name);
  const device = new BackendDevice(backend);
  registerDevice(name, async () => device);
  setDefaultDevice(name);
  try {
    return await body(backend);
  } finally {
    setDefaultDevice(DEVICE);
    await backend.dispose();
  }
}

/** Version of `@llm/tensor`. */
export function ourVersion(): string {
  return manifest.version;
}
