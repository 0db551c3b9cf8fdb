import { KernelError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { stepTimes } from './step-times.ts';
import { divide } from './tickets.ts';
import { type FromWorker, INSTRUCTION_WORDS, type MemoryWrite } from './worker.ts';
import { startWorker, type WorkerPort } from './worker-port.ts';

/** One kernel call of a program. */
export interface Instruction {
  /** What runs. */
  readonly kernel: Kernel;
  /** Byte address of the kernel's argument table: u32 words, its buffers' addresses. */
  readonly args: number;
  /**
   * How many of the program's first instructions must be done before it starts; it may run side by side with
   * the others before it. Default: all before it.
   */
  readonly after?: number;
}

/** A list of instructions that the workers know; see `ThreadPool.prepare`. */
export interface Program {
  /** Number the workers know it by. */
  readonly id: number;
  /** What it runs, in order. */
  readonly instructions: readonly Instruction[];
  /** Into how many tickets it is divided; see `divide`. */
  readonly tickets: number;
}

/** Options of one run. */
export interface RunOptions {
  /** Measure each instruction. */
  readonly profile?: boolean;
}

/** What a run tells. */
export interface RunResult {
  /** Milliseconds of each instruction, see `stepTimes`; only with `profile`. */
  readonly times?: Float64Array;
}

/** How a pool is set up. */
interface ThreadPoolOptions {
  /** Number of workers. */
  readonly threads: number;
  /** Shared memory; without it the one worker has an unshared memory of its own. */
  readonly memory?: WebAssembly.Memory;
  /** Pages of the unshared memory at the start, and at most. */
  readonly initialPages: number;
  readonly maximumPages: number;
  /** See `startWorker`. */
  readonly workerUrl?: string | URL;
}

interface PendingRun {
  /** What threads have told of their times so far; absent where they are not asked. */
  readonly times: Float64Array[] | undefined;
  /** Whether all of it is done, and whether a kernel trapped meanwhile. */
  done?: { readonly failed: boolean };
  error?: KernelError;
  resolve(result: RunResult): void;
  reject(error: Error): void;
}

/**
 * Workers that run programs, in the order submitted: one message per run and worker, whatever the
 * number of kernels. The calling thread never computes and never blocks. Workers start with the
 * first program, keep the process alive only while something is pending, and end with `dispose`.
 */
export class ThreadPool {
  private workers: WorkerPort[] | undefined;
  private readonly runs = new Map<number, PendingRun>();
  private readonly reads = new Map<
    number,
    { resolve(data: Uint8Array): void; reject(error: Error): void }
  >();
  /** How many programs use each kernel the workers hold. */
  private readonly kernelUses = new Map<string, number>();
  private lastNumber = 0;
  /** Tickets of all that has been submitted, modulo 2³². */
  private tickets = 0;
  private last: Promise<void> = Promise.resolve();
  private broken: Error | undefined;

  constructor(private readonly options: ThreadPoolOptions) {
    if (!Number.isInteger(options.threads) || options.threads < 1) {
      throw new RangeError(`threads: got ${options.threads}; want an integer of at least 1`);
    }
    if (!options.memory && options.threads !== 1) {
      throw new RangeError(
        `threads: ${options.threads} need shared memory, which is missing; use 1`,
      );
    }
  }

  /** Runs, writes and reads that have not ended. */
  get pending(): number {
    return this.runs.size + this.reads.size;
  }

  /** Resolves when what has been submitted so far has ended, well or not. */
  settled(): Promise<void> {
    return this.last;
  }

  /** Sends a program to the workers, with the bytes of kernels they do not have. */
  prepare(instructions: readonly Instruction[]): Program {
    const id = this.number();
    const index = new Map<string, number>();
    const kernels: { key: string; bytes?: Uint8Array; chunks: number }[] = [];
    const words = new Uint32Array(instructions.length * INSTRUCTION_WORDS);
    const divided = divide(
      instructions.map(({ kernel: { chunks }, after }, index) => ({
        chunks,
        after: after ?? index,
      })),
      this.options.threads,
    );
    instructions.forEach(({ kernel, args }, position) => {
      const { key, bytes, chunks } = kernel;
      if (!index.has(key)) {
        const uses = this.kernelUses.get(key) ?? 0;
        this.kernelUses.set(key, uses + 1);
        index.set(key, kernels.push({ key, chunks, ...(uses === 0 && { bytes }) }) - 1);
      }
      const { grain, first, end, after } = divided[position]!;
      words.set([index.get(key)!, args, grain, first, end, after], position * INSTRUCTION_WORDS);
    });
    const tickets = divided.at(-1)?.end ?? 0;
    this.post({ type: 'program', id, kernels, instructions: words, tickets });
    return { id, instructions, tickets };
  }

  /** Makes the workers forget a program; runs already submitted still happen. */
  release(program: Program): void {
    const keys: string[] = [];
    for (const key of new Set(program.instructions.map(({ kernel }) => kernel.key))) {
      const uses = this.kernelUses.get(key)! - 1;
      if (uses > 0) this.kernelUses.set(key, uses);
      else {
        this.kernelUses.delete(key);
        keys.push(key);
      }
    }
    if (!this.broken) this.post({ type: 'drop', id: program.id, keys });
  }

  /**
   * Runs a program after those submitted before.
   *
   * @throws KernelError (rejection) if a kernel traps; it names the kernel
   */
  run(program: Program, { profile = false }: RunOptions = {}): Promise<RunResult> {
    if (this.broken) return Promise.reject(this.broken);
    if (program.tickets === 0) return this.last.then(() => ({}));
    const run = this.number();
    const promise = new Promise<RunResult>((resolve, reject) => {
      this.runs.set(run, { times: profile ? [] : undefined, resolve, reject });
    });
    this.post({ type: 'run', id: program.id, run, base: this.submit(program.tickets), profile });
    return this.track(promise);
  }

  /** Puts bytes into memory after earlier runs and before later ones; the data is copied now. */
  write(writes: readonly MemoryWrite[]): void {
    this.start()[0]!.post({ type: 'write', base: this.submit(1), writes: [...writes] });
    // An empty read tells when it is done; if the workers end before, whoever reads hears of it.
    this.read(0, 0).catch(() => {});
  }

  /** Copies bytes out of memory after earlier runs. */
  read(address: number, bytes: number): Promise<Uint8Array> {
    if (this.broken) return Promise.reject(this.broken);
    const read = this.number();
    const promise = new Promise<Uint8Array>((resolve, reject) => {
      this.reads.set(read, { resolve, reject });
    });
    this.start()[0]!.post({ type: 'read', base: this.submit(1), read, address, bytes });
    return this.track(promise);
  }

  /** Makes the worker's unshared memory at least this long. */
  growUnshared(pages: number): void {
    this.post({ type: 'grow', pages });
  }

  /** Ends the workers at once; what is pending rejects. */
  dispose(): void {
    this.fail(new Error('wasm backend: disposed'));
  }

  /** Notes an operation as the last one, and keeps the process alive for it. */
  private track<T>(operation: Promise<T>): Promise<T> {
    const ignore = () => {};
    this.last = operation.then(ignore, ignore);
    this.updateReferences();
    return operation;
  }

  private number(): number {
    this.lastNumber = (this.lastNumber % 0x7fffffff) + 1;
    return this.lastNumber;
  }

  /** Takes tickets for something; the number of those before. */
  private submit(tickets: number): number {
    const base = this.tickets;
    this.tickets = (base + tickets) | 0;
    return base;
  }

  private post(message: Parameters<WorkerPort['post']>[0]): void {
    for (const worker of this.start()) worker.post(message);
  }

  private start(): WorkerPort[] {
    if (this.broken) throw this.broken;
    if (this.workers) return this.workers;
    const { threads, memory, initialPages, maximumPages, workerUrl } = this.options;
    this.workers = Array.from({ length: threads }, (_, thread) => {
      const worker = startWorker(
        {
          message: (message) => this.receive(message),
          broken: (reason) => this.fail(new KernelError(undefined, reason)),
        },
        workerUrl,
      );
      const shared = memory && { memory };
      worker.post({ type: 'start', thread, threads, ...shared, initialPages, maximumPages });
      return worker;
    });
    return this.workers;
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'broken':
        this.fail(new KernelError(undefined, message.reason));
        break;
      case 'data':
        this.reads.get(message.read)?.resolve(message.data);
        this.reads.delete(message.read);
        break;
      default: {
        const pending = this.runs.get(message.run);
        if (!pending) break;
        if (message.type === 'done') pending.done = message;
        else if (message.type === 'times') pending.times?.push(message.times);
        else pending.error ??= new KernelError(message.kernel, message.reason);
        this.finish(message.run, pending);
      }
    }
    this.updateReferences();
  }

  /** Settles a run once all has been told of it: threads' messages come in any order. */
  private finish(run: number, { done, error, times, resolve, reject }: PendingRun): void {
    if (!done || (done.failed && !error)) return;
    if (times && times.length < this.options.threads) return;
    this.runs.delete(run);
    if (error) reject(error);
    else resolve(times ? { times: stepTimes(times) } : {});
  }

  private fail(error: Error): void {
    this.broken ??= error;
    for (const worker of this.workers ?? []) worker.terminate();
    this.workers = undefined;
    for (const { reject } of [...this.runs.values(), ...this.reads.values()]) reject(error);
    this.runs.clear();
    this.reads.clear();
  }

  private updateReferences(): void {
    for (const worker of this.workers ?? []) worker.setReferenced(this.pending > 0);
  }
}
