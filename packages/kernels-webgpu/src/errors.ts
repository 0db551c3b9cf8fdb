/**
 * The errors of this package that a caller may want to tell apart.
 *
 * @module
 */

/** There is no WebGPU here; the message says why and what to do. Another backend may take over. */
export class WebGpuUnavailableError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'WebGpuUnavailableError';
}

/**
 * The device is gone, with everything that was in its memory: the driver was reset, the GPU unplugged, or
 * `destroy()` called. Work in flight is lost; request a new device and restore from the last snapshot.
 */
export class DeviceLostError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'DeviceLostError';

  /**
   * @param reason `destroyed` if the program itself let go of the device, else `unknown`.
   * @param detail What the driver said.
   */
  constructor(
    readonly reason: 'unknown' | 'destroyed',
    detail: string,
  ) {
    const fix = reason === 'unknown' ? '; request a new device to go on' : '';
    super(`WebGPU: device lost (${reason}): ${detail || 'the driver gave no detail'}${fix}`);
  }
}
