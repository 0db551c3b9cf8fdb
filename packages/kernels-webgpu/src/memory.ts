import { bufferUsage } from './constants.ts';
import { BufferLimitError, ForeignBufferError, OutOfMemoryError } from './errors.ts';

/** A GPU buffer, taken from the pool or given by the program. */
export interface Allocation {
  readonly buffer: GPUBuffer;
  /** Differs between any two buffers of a device, also after one was destroyed. */
  readonly id: number;
  /** Bytes of the buffer. */
  readonly size: number;
  /** What it is for; shown when memory runs out and in GPU debuggers. */
  label: string;
  /** Set until the device has said whether it has the memory, and whether the buffer is its own; rejects if not. */
  pending: Promise<void> | undefined;
}

/** What the pool needs to know. */
export interface PoolOptions {
  readonly device: GPUDevice;
  readonly limits: Readonly<Record<string, number>>;
  /** Bytes that buffers may take, idle ones included. */
  readonly memoryLimit: number;
  /** Fill buffers with NaN when they are taken. */
  readonly debug: boolean;
}

const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
/** Bytes of idle buffers beyond which the longest idle go, as a share of those in use. */
const idleShare = 0.5;
const leastIdle = 64 * 2 ** 20;
const smallest = 256;
const large = 64 * 2 ** 20;
let lastId = 0;

/**
 * Buffers that are used again: creating one costs more than a dispatch. Sizes are rounded up to four classes per
 * power of two, so at most a fifth is lost; large ones to whole MiB.
 */
export class BufferPool {
  /** Idle buffers by size, the longest idle first; the map in order of last use. */
  readonly #idle = new Map<number, Allocation[]>();
  #live = 0;
  #idleBytes = 0;
  #peak = 0;
  #created = 0;

  constructor(readonly options: PoolOptions) {}

  /** Bytes in use, rounded up to size classes. */
  get liveBytes(): number {
    return this.#live;
  }

  /** The most bytes ever in use. */
  get peakBytes(): number {
    return this.#peak;
  }

  /** Bytes in buffers that wait to be used again. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Buffers made so far. */
  get created(): number {
    return this.#created;
  }

  /**
   * A buffer of at least `bytes` bytes; its content is whatever was there.
   *
   * @throws BufferLimitError, OutOfMemoryError naming `label`
   */
  take(bytes: number, label: string): Allocation {
    const size = this.#sizeFor(bytes, label);
    const waiting = this.#idle.get(size);
    const idle = waiting?.pop();
    if (idle) {
      this.#idleBytes -= size;
      idle.label = label;
    }
    const allocation = idle ?? this.#create(size, bytes, label);
    this.#live += size;
    this.#peak = Math.max(this.#peak, this.#live);
    if (this.options.debug) this.#poison(allocation);
    return allocation;
  }

  /** Gives a buffer back. What was submitted before may still use it: later work comes after. */
  give(allocation: Allocation): void {
    const { size } = allocation;
    this.#live -= size;
    if (allocation.pending) {
      allocation.buffer.destroy(); // it may not be a buffer at all
      return;
    }
    const waiting = this.#idle.get(size) ?? [];
    this.#idle.delete(size);
    this.#idle.set(size, waiting);
    waiting.push(allocation);
    this.#idleBytes += size;
    this.#trim(Math.max(leastIdle, this.#live * idleShare));
  }

  /** Destroys the longest idle buffers until at most this many bytes are idle. */
  #trim(most: number): void {
    for (const [size, waiting] of this.#idle) {
      while (this.#idleBytes > most && waiting.length > 0) {
        waiting.shift()!.buffer.destroy();
        this.#idleBytes -= size;
      }
      if (waiting.length === 0) this.#idle.delete(size);
    }
  }

  /** Destroys what is idle. */
  dispose(): void {
    this.#trim(0);
  }

  #sizeFor(bytes: number, label: string): number {
    if (!Number.isInteger(bytes) || bytes < 0) {
      throw new RangeError(`allocate '${label}': ${bytes} bytes; want an integer of at least 0`);
    }
    const { limits } = this.options;
    const limit = 'maxBufferSize';
    if (bytes > limits[limit]!) throw new BufferLimitError(label, bytes, limit, limits[limit]!);
    return Math.min(sizeClass(bytes), Math.floor(limits.maxBufferSize! / 4) * 4);
  }

  #create(size: number, bytes: number, label: string): Allocation {
    const { device, memoryLimit } = this.options;
    if (this.#live + this.#idleBytes + size > memoryLimit) this.#trim(0);
    if (this.#live + size > memoryLimit) {
      throw this.#outOfMemory(label, bytes, `the backend's memoryLimit is ${memoryLimit} bytes`);
    }
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ size, usage, label });
    const checked = device.popErrorScope();
    this.#created++;
    lastId++;
    const allocation: Allocation = { buffer, id: lastId, size, label, pending: undefined };
    return whenChecked(allocation, checked, (error) =>
      this.#outOfMemory(label, bytes, error.message),
    );
  }

  #outOfMemory(label: string, bytes: number, detail: string): OutOfMemoryError {
    return new OutOfMemoryError(label, bytes, this.#live, this.#peak, detail);
  }

  /** What a kernel reads before another wrote it shows as NaN. */
  #poison({ buffer, size }: Allocation): void {
    this.options.device.queue.writeBuffer(buffer, 0, new Uint8Array(size).fill(0xff));
  }
}

/** The size of the buffer that serves a request: 4, 5, 6 or 7 times a power of two. */
export function sizeClass(bytes: number): number {
  if (bytes <= smallest) return smallest;
  if (bytes > large) return Math.ceil(bytes / 2 ** 20) * 2 ** 20;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/**
 * A buffer of the program as an allocation. Uses of it reject with a `ForeignBufferError` if it is another device's.
 *
 * @throws RangeError for bytes that it has not; TypeError if it lacks a usage
 */
export function wrapBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number,
  label: string,
): Allocation {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes % 4 !== 0 || bytes > buffer.size) {
    throw new RangeError(
      `wrap '${label}': got ${bytes} bytes of a buffer of ${buffer.size}; want a multiple of 4 up to that`,
    );
  }
  if ((buffer.usage & usage) !== usage) {
    throw new TypeError(
      `wrap '${label}': the buffer's usage is ${buffer.usage}; make it with STORAGE | COPY_SRC | COPY_DST (${usage})`,
    );
  }
  // No buffer tells its device; a command on it does, which is never submitted.
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer, 0, 0);
  encoder.finish();
  const checked = device.popErrorScope();
  lastId++;
  const allocation: Allocation = {
    buffer,
    id: lastId,
    size: buffer.size,
    label,
    pending: undefined,
  };
  return whenChecked(allocation, checked, ({ message }) => new ForeignBufferError(label, message));
}

/** Keeps what a device says of a buffer for the uses of it. */
function whenChecked(
  allocation: Allocation,
  checked: Promise<GPUError | null>,
  explain: (error: GPUError) => Error,
): Allocation {
  allocation.pending = checked.then(
    (error) => {
      if (error) throw explain(error);
      allocation.pending = undefined;
    },
    () => {}, // the device is lost, which is reported elsewhere
  );
  allocation.pending.catch(() => {}); // reported by the runs and reads that use it
  return allocation;
}

/** @throws RangeError for bytes that a buffer does not have. */
export function checkRange(
  operation: string,
  buffer: { readonly allocation: Allocation; readonly bytes: number },
  offset: number,
  bytes: number,
): void {
  if (offset >= 0 && bytes >= 0 && offset + bytes <= Math.max(buffer.bytes, 0)) return;
  throw new RangeError(
    `${operation}: bytes ${offset} to ${offset + bytes} of '${buffer.allocation.label}', which has ${buffer.bytes}`,
  );
}
