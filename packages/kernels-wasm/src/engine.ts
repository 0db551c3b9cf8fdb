import { type Allocation, Allocator } from './memory.ts';
import {
  type Instruction,
  type Program,
  type RunOptions,
  type RunResult,
  ThreadPool,
} from './threads.ts';
import { hasRelaxedSimd, hasSharedMemory, MAXIMUM_PAGES, type Target } from './wasm/index.ts';
import { controlBytes } from './worker.ts';

/** How an engine is set up; everything has a default. */
export interface EngineOptions {
  /** Workers; default: the processors, at most 8; 1 without shared memory. */
  readonly threads?: number;
  /** Share memory between workers; default: if the platform allows it. */
  readonly sharedMemory?: boolean;
  /** Use fused multiply-add; default: if the engine has it. */
  readonly relaxedSimd?: boolean;
  /** Most bytes of memory; default 4 GiB. */
  readonly memoryLimit?: number;
  /** Fill released memory with NaN, to find reads of it. Slow. */
  readonly debug?: boolean;
  /** Where a page serves a copy of `workerSource`, if its policy forbids `blob:` workers. */
  readonly workerUrl?: string | URL;
}

const OPTION_NAMES = [
  'threads',
  'sharedMemory',
  'relaxedSimd',
  'memoryLimit',
  'debug',
  'workerUrl',
];
const PAGE = 65536;
const INITIAL_PAGES = 16;

/**
 * Memory and threads of the WebAssembly backend: one linear memory, an allocator, workers. All work
 * is ordered: a run sees what was written before it was submitted, a read what ran before it.
 */
export class Engine {
  /** What kernels for this engine may use. */
  readonly target: Target;
  /** Number of workers. */
  readonly threads: number;
  private readonly memory: WebAssembly.Memory | undefined;
  private readonly allocator: Allocator;
  private readonly pool: ThreadPool;
  private readonly debug: boolean;
  private unsharedPages = INITIAL_PAGES;

  constructor(options: EngineOptions = {}) {
    for (const name of Object.keys(options)) {
      if (!OPTION_NAMES.includes(name)) {
        throw new TypeError(`Engine: unknown option '${name}'; known: ${OPTION_NAMES.join(', ')}`);
      }
    }
    const sharedMemory = options.sharedMemory ?? hasSharedMemory();
    const relaxedSimd = options.relaxedSimd ?? hasRelaxedSimd();
    if (sharedMemory && !hasSharedMemory()) {
      throw new Error('Engine: no shared memory here; serve the page cross-origin isolated');
    }
    if (relaxedSimd && !hasRelaxedSimd()) {
      throw new Error('Engine: this JavaScript engine has no relaxed SIMD; leave the option out');
    }
    this.target = { sharedMemory, relaxedSimd };
    this.threads = options.threads ?? (sharedMemory ? defaultThreads() : 1);
    this.debug = options.debug ?? false;
    const wanted = Math.floor((options.memoryLimit ?? MAXIMUM_PAGES * PAGE) / PAGE);
    const maximumPages = Math.min(MAXIMUM_PAGES, Math.max(INITIAL_PAGES, wanted));
    const shared = sharedMemory ? createShared(maximumPages) : undefined;
    this.memory = shared?.memory;
    this.allocator = new Allocator({
      start: controlBytes(this.threads),
      limit: (shared?.maximum ?? maximumPages) * PAGE,
      grow: (bytes) => this.grow(Math.ceil(bytes / PAGE)),
    });
    const { workerUrl } = options;
    this.pool = new ThreadPool({
      threads: this.threads,
      ...(this.memory && { memory: this.memory }),
      ...(workerUrl !== undefined && { workerUrl }),
      initialPages: INITIAL_PAGES,
      maximumPages,
    });
  }

  /** Bytes in use. */
  get liveBytes(): number {
    return this.allocator.liveBytes;
  }

  /** The most bytes ever in use. */
  get peakBytes(): number {
    return this.allocator.peakBytes;
  }

  /** What is in use, oldest first. */
  allocations(): Allocation[] {
    return this.allocator.allocations();
  }

  /** Starts the high-water mark anew from what is in use now. */
  resetPeak(): void {
    this.allocator.resetPeak();
  }

  /**
   * Takes memory; its content is undefined.
   *
   * @throws OutOfMemoryError naming `label`
   */
  allocate(bytes: number, label: string): Allocation {
    return this.allocator.allocate(bytes, label);
  }

  /**
   * Gives memory back once the runs submitted so far have ended: until then they may use it, and
   * nobody else gets it.
   */
  release(allocation: Allocation): void {
    const free = () => {
      if (this.debug) {
        const data = new Uint8Array(allocation.bytes).fill(0xff);
        this.writeNow([{ address: allocation.address, data }]);
      }
      this.allocator.release(allocation);
    };
    if (this.pool.pending === 0) free();
    else void this.pool.settled().then(free);
  }

  /**
   * Puts bytes into memory, after runs submitted so far. `fresh` says that no pending run uses the
   * range, as after `allocate`: then it is written at once, without a copy.
   */
  write(address: number, data: ArrayBufferView, fresh = false): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (fresh || this.pool.pending === 0) this.writeNow([{ address, data: bytes }]);
    else this.pool.write([{ address, data: bytes.slice() }]);
  }

  /** Copies bytes out of memory once the runs submitted so far have ended. */
  async read(address: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    // Asking the worker keeps the order; a copy here would race with what is still pending.
    if (!this.memory || this.pool.pending > 0) {
      return (await this.pool.read(address, bytes)) as Uint8Array<ArrayBuffer>;
    }
    // Half the time that the constructor takes for a copy of shared bytes (0.09 and 0.18 ms for 1 MiB).
    const copy = new Uint8Array(bytes);
    copy.set(new Uint8Array(this.memory.buffer, address, bytes));
    return copy;
  }

  /**
   * Allocates and fills argument tables, one for each list of buffer addresses.
   *
   * @returns the allocation and the address of each table within it
   */
  argumentTables(lists: readonly (readonly number[])[]): {
    allocation: Allocation;
    args: number[];
  } {
    const words = lists.flat();
    const allocation = this.allocate(words.length * 4, 'argument tables');
    this.write(allocation.address, Uint32Array.from(words), true);
    let next = allocation.address;
    const args = lists.map((list) => {
      const address = next;
      next += list.length * 4;
      return address;
    });
    return { allocation, args };
  }

  /** Makes a program known to the workers. */
  prepare(instructions: readonly Instruction[]): Program {
    return this.pool.prepare(instructions);
  }

  /** Makes the workers forget a program. */
  releaseProgram(program: Program): void {
    this.pool.release(program);
  }

  /**
   * Runs a program after those submitted before; need not be awaited before the next.
   *
   * @throws KernelError (rejection) naming the kernel that trapped
   */
  run(program: Program, options?: RunOptions): Promise<RunResult> {
    return this.pool.run(program, options);
  }

  /** Ends the workers at once; what is pending rejects. */
  dispose(): void {
    this.pool.dispose();
  }

  private grow(pages: number): void {
    if (this.memory) {
      const missing = pages - this.memory.buffer.byteLength / PAGE;
      // By an eighth more than needed: growing is a system call, and pages untouched cost nothing.
      if (missing > 0) growMemory(this.memory, missing, Math.floor(pages / 8));
    } else if (pages > this.unsharedPages) {
      this.pool.growUnshared(pages);
      this.unsharedPages = pages;
    }
  }

  private writeNow(writes: { address: number; data: Uint8Array }[]): void {
    if (!this.memory) this.pool.write(writes);
    else
      for (const { address, data } of writes) new Uint8Array(this.memory.buffer).set(data, address);
  }
}

/** Grows by `missing + extra` pages, or by `missing` if that is too much. */
function growMemory(memory: WebAssembly.Memory, missing: number, extra: number): void {
  try {
    memory.grow(missing + extra);
  } catch {
    memory.grow(missing);
  }
}

/** A shared memory; where the address space cannot hold the wanted maximum, with a smaller one. */
function createShared(maximumPages: number): { memory: WebAssembly.Memory; maximum: number } {
  for (let maximum = maximumPages; ; maximum = Math.floor(maximum / 2)) {
    try {
      const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true });
      return { memory, maximum };
    } catch (error) {
      if (maximum < 2 * INITIAL_PAGES) throw error;
    }
  }
}

/** Processors this process may use, at most 8. */
function defaultThreads(): number {
  const { process, navigator } = globalThis as {
    process?: NodeJS.Process;
    navigator?: { hardwareConcurrency?: number };
  };
  const processors =
    process?.getBuiltinModule?.('node:os').availableParallelism() ??
    navigator?.hardwareConcurrency ??
    1;
  return Math.max(1, Math.min(8, processors));
}
