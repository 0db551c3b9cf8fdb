import type { Backend } from '../backend/interface.ts';
import { collectGarbage } from '../garbage.ts';

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
