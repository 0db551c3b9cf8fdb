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

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** The device has no memory left, or less than the backend's `memoryLimit`. All sizes in bytes. */
export class OutOfMemoryError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'OutOfMemoryError';

  constructor(
    /** What the memory was wanted for. */
    readonly label: string,
    /** How much was wanted. */
    readonly requestedBytes: number,
    /** In use when it failed. */
    readonly liveBytes: number,
    /** The most ever in use. */
    readonly peakBytes: number,
    detail: string,
  ) {
    super(
      `out of memory: '${label}' wants ${mebibytes(requestedBytes)}; ${mebibytes(liveBytes)} are in use ` +
        `(peak ${mebibytes(peakBytes)}): ${detail}. Use a smaller batch or sequence, rematerialize, or ` +
        'dispose of tensors no longer needed',
    );
  }
}

/**
 * A tensor is larger than the device's buffers, or than its shaders can bind and the kernel is none that can do with
 * several windows on it. Sizes in bytes.
 */
export class BufferLimitError extends RangeError {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'BufferLimitError';

  constructor(
    /** The tensor, or what the memory was wanted for. */
    readonly label: string,
    /** How much was wanted. */
    readonly requestedBytes: number,
    /** WebGPU's name of the limit. */
    readonly limit: string,
    /** The limit on this device. */
    readonly limitBytes: number,
  ) {
    super(
      `webgpu: '${label}' has ${requestedBytes} bytes, but ${limit} is ${limitBytes} on this device; split ` +
        'the tensor, store it as f16, or use a smaller batch or sequence',
    );
  }
}

/** A buffer that was handed to a backend belongs to another device. */
export class ForeignBufferError extends TypeError {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'ForeignBufferError';

  constructor(
    /** What the buffer was called when it was wrapped. */
    readonly label: string,
    reason: string,
  ) {
    super(
      `webgpu: buffer '${label}' cannot be used here: ${reason}. Make it on the backend's own device ` +
        "(`backend.device.native`), or create the backend with the buffer's: createWebGpuBackend({ device })",
    );
  }
}

/** WGSL does not compile, or does not fit the device. */
export class ShaderError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'ShaderError';

  constructor(
    /** Name of the kernel. */
    readonly kernel: string,
    /** Line of `code` that the compiler complains about, from 1; undefined where it names none. */
    readonly line: number | undefined,
    /** The whole WGSL. */
    readonly code: string,
    reason: string,
  ) {
    const text = line === undefined ? '' : `\n${line}: ${code.split('\n')[line - 1] ?? ''}`;
    super(`webgpu: kernel '${kernel}' does not compile: ${reason}${text}`);
  }
}

/** WebGPU refused a run: its results are not to be used. */
export class KernelError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'KernelError';

  constructor(
    /** Names of the kernels that were submitted together, the refused one among them. */
    readonly kernels: readonly string[],
    reason: string,
  ) {
    const named = kernels.slice(0, 5).join(', ');
    const more = kernels.length > 5 ? `, … (${kernels.length} kernels)` : '';
    super(`webgpu: ${reason}; submitted: ${named}${more}`);
  }
}

/** A kernel gives wrong numbers on this adapter: nothing that ran on it is to be trusted. */
export class SelfCheckError extends Error {
  /** The class, where `instanceof` cannot tell: across copies of this package. */
  override readonly name = 'SelfCheckError';

  constructor(
    /** The driver's own words for the adapter. */
    readonly adapter: string,
    /** Names of the kernels, in the order in which they ran. */
    readonly kernels: readonly string[],
    /** The first wrong element: its position in the output, what was computed, and what is right. */
    readonly wrong: { readonly at: number; readonly got: number; readonly want: number },
  ) {
    const { at, got, want } = wrong;
    super(
      `webgpu: ${kernels.join(', ')} computes wrongly on ${adapter}: element ${at} is ${got}, want ${want}; ` +
        "update the driver, try createWebGpuBackend({ kernelFeatures: [] }), or use device 'wasm'",
    );
  }
}
