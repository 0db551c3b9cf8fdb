import type { Backend } from '../backend/interface.ts';
import { BackendDevice } from '../backend-device.ts';
import { type Device, getDevice } from '../device.ts';
import { collectGarbage } from '../garbage.ts';
import { realizeNodes } from '../runtime.ts';

/**
 * Throws unless a backend, once what is dead was collected, holds no more buffers than before. To be called
 * when nothing on the stack refers to tensors any more.
 */
export async function expectNoMoreBuffers(backend: Backend, before: number): Promise<void> {
  for (let attempt = 0; attempt < 3 && backend.memory().buffers > before; attempt++) {
    await collectGarbage(() => backend.memory().buffers <= before);
  }
  const { buffers } = backend.memory();
  if (buffers > before) throw new Error(`${buffers} buffers are held, ${before} were before`);
}

/** Calls around each test of a suite. */
export interface BufferWatch {
  /** Counts the buffers that are held. */
  before(): Promise<void>;
  /** Throws if more are held than then. */
  after(): Promise<void>;
}

/**
 * What a suite calls around each of its tests, so that none leaves buffers behind on the default device. Cached
 * plans are dropped on both sides.
 *
 * ```ts
 * const buffers = watchBuffers();
 * beforeEach(() => buffers.before());
 * afterEach(() => buffers.after());
 * ```
 */
export function watchBuffers(): BufferWatch {
  let device: BackendDevice | undefined;
  let count = 0;
  return {
    before: async () => {
      device = backendDevice(await getDevice());
      await realizeNodes([]);
      await device.relieve(true);
      count = device.backend.memory().buffers;
    },
    after: async () => {
      if (!device) throw new Error('watchBuffers: after() without before()');
      await realizeNodes([]); // what waits for the next result keeps what it is made from
      await device.relieve(true);
      await expectNoMoreBuffers(device.backend, count);
    },
  };
}

function backendDevice(device: Device): BackendDevice {
  if (device instanceof BackendDevice) return device;
  throw new TypeError(`watchBuffers: the default device '${device.name}' has no backend`);
}
