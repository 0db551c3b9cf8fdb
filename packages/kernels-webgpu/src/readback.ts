import { bufferUsage, mapModeRead } from './constants.ts';
import { KernelError } from './errors.ts';
import { sizeClass } from './memory.ts';

/** Staging buffers of one size that are kept. */
const kept = 4;

/**
 * Copies bytes from buffers to the host. Several reads can be under way at once, each through a staging buffer of
 * its own; these are used again.
 */
export class Readback {
  readonly #idle = new Map<number, GPUBuffer[]>();
  #isDisposed = false;

  constructor(readonly device: GPUDevice) {}

  /**
   * An unshared copy of a range, as it is after the work submitted so far.
   *
   * @throws KernelError where WebGPU refuses the copy, of a buffer that was destroyed, for example: what would
   *   be read then is zeros
   */
  async read(buffer: GPUBuffer, offset: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (bytes === 0) return new Uint8Array(0);
    // Copies are of whole words.
    const start = Math.floor(offset / 4) * 4;
    const length = Math.ceil((offset + bytes) / 4) * 4 - start;
    const size = sizeClass(length);
    const { device } = this;
    device.pushErrorScope('validation');
    const staging = this.#take(size);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, start, staging, 0, length);
    device.queue.submit([encoder.finish()]);
    const mapped = staging.mapAsync(mapModeRead, 0, length);
    mapped.catch(() => {}); // for a reason that the scope knows better
    const refused = await device.popErrorScope();
    if (refused) {
      staging.destroy();
      throw new KernelError(['readback'], refused.message);
    }
    await mapped;
    const view = new Uint8Array(staging.getMappedRange(0, length));
    const copy = view.slice(offset - start, offset - start + bytes);
    staging.unmap();
    this.#give(size, staging);
    return copy;
  }

  /** Destroys the staging buffers, those in use after their reads. */
  dispose(): void {
    this.#isDisposed = true;
    for (const buffers of this.#idle.values()) for (const buffer of buffers) buffer.destroy();
    this.#idle.clear();
  }

  #take(size: number): GPUBuffer {
    const usage = bufferUsage.mapRead | bufferUsage.copyTarget;
    return (
      this.#idle.get(size)?.pop() ?? this.device.createBuffer({ size, usage, label: 'readback' })
    );
  }

  #give(size: number, buffer: GPUBuffer): void {
    const idle = this.#idle.get(size) ?? [];
    this.#idle.set(size, idle);
    if (idle.length < kept && !this.#isDisposed) idle.push(buffer);
    else buffer.destroy();
  }
}
