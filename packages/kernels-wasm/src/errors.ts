/** A kernel trapped, or the worker that ran it broke. The run's results are not to be used. */
export class KernelError extends Error {
  override readonly name = 'KernelError';

  constructor(
    /** Key of the kernel that failed, if one is known. */
    readonly kernel: string | undefined,
    reason: string,
  ) {
    super(kernel === undefined ? `wasm backend: ${reason}` : `kernel '${kernel}': ${reason}`);
  }
}

/** The backend's memory has no free range of the wanted size. All sizes in bytes. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';

  constructor(
    /** What the memory was wanted for. */
    readonly label: string,
    readonly requestedBytes: number,
    /** Held by others when it failed, and the most ever held. */
    readonly liveBytes: number,
    readonly peakBytes: number,
    readonly limitBytes: number,
    cause?: unknown,
  ) {
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    super(
      `out of memory: '${label}' wants ${mib(requestedBytes)}; ${mib(liveBytes)} of ` +
        `${mib(limitBytes)} are in use (peak ${mib(peakBytes)}). Use a smaller batch or sequence, ` +
        'rematerialize, or dispose of tensors no longer needed',
      { cause },
    );
  }
}
