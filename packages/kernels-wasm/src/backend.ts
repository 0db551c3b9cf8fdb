import {
  type Backend,
  type BackendBuffer,
  kernelKey,
  type MemoryStatistics,
  type Plan,
  type Spec,
  type StepTiming,
  type Kernel as TensorKernel,
  type Program as TensorProgram,
} from '@llm/tensor/backend';
import { Engine, type EngineOptions } from './engine.ts';
import type { KernelPlan } from './kernel.ts';
import { coarseOverwrites, coarseTakesStrided, supportsCoarse } from './kernels/coarse.ts';
import { LONGEST_BLOCK_K } from './kernels/matmul/geometry.ts';
import type { Allocation } from './memory.ts';
import { printKernel } from './print/print.ts';
import { type ArgumentLayout, layOut } from './program-layout.ts';
import type { Program as ThreadProgram } from './threads.ts';

/** How a WebAssembly backend is set up; everything has a default. */
export type WasmBackendOptions = EngineOptions;

/** A range of the backend's memory. */
class WasmBuffer implements BackendBuffer {
  /** Whether no run has been given it yet: then nothing pending can use it. */
  unused = true;

  constructor(
    readonly allocation: Allocation,
    readonly bytes: number,
  ) {}
}

/** A plan with its code and argument tables. */
class WasmProgram implements TensorProgram {
  /** Where the arena was when the tables were last written. */
  arenaAddress = -1;

  constructor(
    private readonly backend: WasmBackend,
    readonly plan: Plan,
    readonly layout: ArgumentLayout,
    readonly tables: Allocation,
    readonly threadProgram: ThreadProgram,
  ) {}

  dispose(): void {
    this.backend.disposeProgram(this);
  }
}

/** Printed kernels that are kept for other plans. */
const CODE_LIMIT = 4096;

/**
 * Runs plans on WebAssembly SIMD, on several threads where memory can be shared. All calls return at
 * once; work happens on workers, in the order of the calls.
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly repeats = true;
  readonly #engine: Engine;
  readonly #debug: boolean;
  readonly #code = new Map<string, KernelPlan>();
  readonly #buffers = new Set<WasmBuffer>();
  readonly #programs = new Set<WasmProgram>();
  #arena: Allocation | undefined;
  #printed = 0;

  private constructor(options: WasmBackendOptions) {
    this.#engine = new Engine(options);
    this.#debug = options.debug ?? false;
  }

  /**
   * Starts a backend.
   *
   * @throws TypeError for an unknown option, Error for one that this platform cannot give
   */
  static create(options: WasmBackendOptions = {}): WasmBackend {
    return new WasmBackend(options);
  }

  /** Workers that share the work. */
  get threads(): number {
    return this.#engine.threads;
  }

  /** @see Backend.supports */
  supports(operation: string, attributes: unknown, inputs: readonly Spec[]): boolean {
    return supportsCoarse(operation, attributes, inputs);
  }

  /** @see Backend.scratch */
  scratch(kernel: TensorKernel): readonly number[] {
    return this.#print(kernel).scratchBytes;
  }

  /** @see Backend.overwrites */
  overwrites(kernel: TensorKernel, read: number): boolean {
    if (kernel.kind === 'coarse') return coarseOverwrites(kernel, read);
    if (kernel.kind !== 'matmul') return kernel.kind === 'loop';
    // Of a longer product the first part of the sums waits in the output, over what is yet to be read.
    return kernel.inner <= LONGEST_BLOCK_K;
  }

  /** @see Backend.takesStrided */
  takesStrided(operation: string, attributes: unknown, input: number): boolean {
    return coarseTakesStrided(operation, attributes, input);
  }

  /** @see Backend.allocate */
  allocate(bytes: number, label: string): BackendBuffer {
    const buffer = new WasmBuffer(this.#engine.allocate(bytes, label), bytes);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** @see Backend.release */
  release(buffer: BackendBuffer): void {
    const own = this.#own(buffer, 'release');
    this.#buffers.delete(own);
    this.#engine.release(own.allocation);
  }

  /** @see Backend.write */
  write(buffer: BackendBuffer, data: Uint8Array, offset = 0): void {
    const own = this.#own(buffer, 'write');
    checkRange('write', own, offset, data.length);
    this.#engine.write(own.allocation.address + offset, data, own.unused);
  }

  /** @see Backend.read */
  async read(buffer: BackendBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    const own = this.#own(buffer, 'read');
    checkRange('read', own, offset, bytes);
    return this.#engine.read(own.allocation.address + offset, bytes);
  }

  /** @see Backend.prepare */
  prepare(plan: Plan): TensorProgram {
    const plans = plan.steps.map(({ kernel }) => this.#print(kernel));
    const layout = layOut(plan, plans);
    this.#growArena(plan.arenaBytes);
    const tables = this.#engine.allocate(4 * layout.words.length, 'argument tables');
    const instructions = layout.instructions.map(({ kernel, word, after }) => ({
      kernel,
      args: tables.address + 4 * word,
      after,
    }));
    const threadProgram = this.#engine.prepare(instructions);
    const program = new WasmProgram(this, plan, layout, tables, threadProgram);
    this.#programs.add(program);
    return program;
  }

  /** @see Backend.run */
  async run(program: TensorProgram, bindings: readonly BackendBuffer[]): Promise<void> {
    await this.#submit(program, bindings, false);
  }

  /** @see Backend.profile */
  async profile(program: TensorProgram, bindings: readonly BackendBuffer[]): Promise<StepTiming[]> {
    const times = await this.#submit(program, bindings, true);
    const { layout } = program as WasmProgram;
    const milliseconds = new Float64Array(program.plan.steps.length);
    layout.instructions.forEach(({ step }, index) => {
      milliseconds[step]! += times?.[index] ?? 0;
    });
    return program.plan.steps.map(({ kernel, scope }, step) => ({
      name: kernel.name,
      scope,
      milliseconds: milliseconds[step]!,
    }));
  }

  /** @see Backend.memory */
  memory(): MemoryStatistics {
    const { liveBytes, peakBytes } = this.#engine;
    return { live: liveBytes, peak: peakBytes, buffers: this.#buffers.size };
  }

  /** @see Backend.resetPeak */
  resetPeak(): void {
    this.#engine.resetPeak();
  }

  /** Ends the workers; what is pending rejects. */
  async dispose(): Promise<void> {
    this.#engine.dispose();
  }

  /** Frees a program's tables once pending runs have ended. Called by `Program.dispose`. */
  disposeProgram(program: WasmProgram): void {
    if (!this.#programs.delete(program)) return;
    this.#engine.releaseProgram(program.threadProgram);
    this.#engine.release(program.tables);
  }

  async #submit(
    program: TensorProgram,
    bindings: readonly BackendBuffer[],
    profile: boolean,
  ): Promise<Float64Array | undefined> {
    if (!(program instanceof WasmProgram) || !this.#programs.has(program)) {
      throw new Error('run: the program is not of this backend, or was disposed');
    }
    const { layout, plan } = program;
    this.#growArena(plan.arenaBytes);
    this.#bind(program, bindings);
    if (layout.instructions.length === 0) return undefined;
    if (this.#debug && this.#arena) {
      // What a kernel reads before another wrote it shows as NaN.
      const poison = new Uint8Array(this.#arena.bytes).fill(0xff);
      this.#engine.write(this.#arena.address, poison);
    }
    const result = await this.#engine.run(program.threadProgram, { profile });
    return result.times;
  }

  /** Puts the addresses of this run into the argument tables, if they differ from the last run's. */
  #bind(program: WasmProgram, bindings: readonly BackendBuffer[]): void {
    const { layout, plan, tables } = program;
    if (bindings.length !== plan.bindings) {
      throw new RangeError(`run: got ${bindings.length} bindings, want ${plan.bindings}`);
    }
    const { words } = layout;
    let changed = false;
    for (const { word, binding, bytes, offset } of layout.bindings) {
      const buffer = this.#own(bindings[binding]!, 'run');
      if (buffer.bytes < bytes) {
        throw new RangeError(
          `run: binding ${binding} has ${buffer.bytes} bytes ('${buffer.allocation.label}'), want ${bytes}`,
        );
      }
      buffer.unused = false;
      const address = buffer.allocation.address + offset;
      if (words[word] === address) continue;
      words[word] = address;
      changed = true;
    }
    const arena = this.#arena?.address ?? 0;
    if (program.arenaAddress !== arena) {
      for (const { word, offset } of layout.arena) words[word] = arena + offset;
      program.arenaAddress = arena;
      changed = true;
    }
    if (changed) this.#engine.write(tables.address, words);
  }

  /** One arena serves all plans: it grows to the largest, and its content does not outlive a run. */
  #growArena(bytes: number): void {
    if (bytes <= (this.#arena?.bytes ?? 0)) return;
    if (this.#arena) this.#engine.release(this.#arena);
    this.#arena = undefined;
    this.#arena = this.#engine.allocate(bytes, 'temporaries of a plan');
  }

  #print(kernel: TensorKernel): KernelPlan {
    const key = kernelKey(kernel);
    let plan = this.#code.get(key);
    if (!plan) {
      // Numbered: names of kernels are for people, and the workers tell kernels apart by key.
      this.#printed++;
      plan = printKernel(kernel, this.#engine.target, `${kernel.name} #${this.#printed}`);
    } else this.#code.delete(key);
    this.#code.set(key, plan); // to the end: the map is in order of last use
    if (this.#code.size > CODE_LIMIT) this.#code.delete(this.#code.keys().next().value!);
    return plan;
  }

  #own(buffer: BackendBuffer, operation: string): WasmBuffer {
    if (!(buffer instanceof WasmBuffer) || !this.#buffers.has(buffer)) {
      throw new Error(`${operation}: the buffer is not of this backend, or was released`);
    }
    return buffer;
  }
}

/** Starts a WebAssembly backend. @see WasmBackend.create */
export function createWasmBackend(options: WasmBackendOptions = {}): WasmBackend {
  return WasmBackend.create(options);
}

function checkRange(operation: string, buffer: WasmBuffer, offset: number, bytes: number): void {
  if (offset >= 0 && bytes >= 0 && offset + bytes <= buffer.allocation.bytes) return;
  throw new RangeError(
    `${operation}: bytes ${offset} to ${offset + bytes} of '${buffer.allocation.label}', which has ${buffer.bytes}`,
  );
}
