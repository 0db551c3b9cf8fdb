import type { LoopKernel } from '@llm/tensor/backend';
import {
  createWebGpuBackend,
  type WebGpuBackend,
  type WebGpuBackendOptions,
} from '../../src/index.ts';

/** A backend that runs single kernels of the IR. */
export class KernelRunner {
  private constructor(readonly backend: WebGpuBackend) {}

  static async create(options: WebGpuBackendOptions = {}): Promise<KernelRunner> {
    return new KernelRunner(await createWebGpuBackend({ debug: true, ...options }));
  }

  /** Runs a kernel on the bytes of its buffers and gives their bytes afterwards. */
  async run(kernel: LoopKernel, buffers: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { backend } = this;
    const scratchBytes = backend.scratch(kernel);
    const offsets: number[] = [];
    let arenaBytes = 0;
    for (const bytes of scratchBytes) {
      offsets.push(arenaBytes);
      arenaBytes += Math.ceil(bytes / 64) * 64;
    }
    const program = backend.prepare({
      steps: [
        {
          kernel,
          buffers: buffers.map((_, i) => i),
          scratch: scratchBytes.map((_, i) => buffers.length + i),
          scope: 'test',
        },
      ],
      buffers: [
        ...buffers.map((data, index) => ({
          kind: 'binding' as const,
          index,
          bytes: data.length,
        })),
        ...scratchBytes.map((bytes, i) => ({
          kind: 'arena' as const,
          offset: offsets[i]!,
          bytes,
        })),
      ],
      bindings: buffers.length,
      arenaBytes,
    });
    const bound = buffers.map((data, i) => {
      const buffer = backend.allocate(data.length, `buffer ${i}`);
      backend.write(buffer, data);
      return buffer;
    });
    try {
      await backend.run(program, bound);
      return await Promise.all(
        bound.map((buffer, i) => backend.read(buffer, 0, buffers[i]!.length)),
      );
    } finally {
      program.dispose();
      for (const buffer of bound) backend.release(buffer);
    }
  }
}
