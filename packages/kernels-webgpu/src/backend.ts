import {
  type Backend,
  type BackendBuffer,
  type JointKernel,
  type Kernel,
  type MatmulKernel,
  type MemoryStatistics,
  type Plan,
  type Program,
  partsOf,
  type Spec,
  type StepTiming,
} from '@llm/tensor/backend';
import { Arena } from './arena.ts';
import {
  type BackendSettings,
  splitOptions,
  type WebGpuBackendOptions,
} from './backend-options.ts';
import { requestDevice, type WebGpuDevice } from './device.ts';
import { encodeReplay } from './encode.ts';
import { DeviceLostError, KernelError } from './errors.ts';
import { asksForEvents } from './gpu.ts';
import { after, InFlight } from './in-flight.ts';
import type { Target } from './kernel.ts';
import { coarseTakesStrided, supportsCoarse } from './kernels/coarse.ts';
import { computesOnCpu, mostVectorRows } from './kernels/matmul/choose.ts';
import { type Allocation, BufferPool, checkRange, wrapBuffer } from './memory.ts';
import type { NativeBuffer } from './native.ts';
import { Order } from './order.ts';
import { PipelineCache } from './pipelines.ts';
import { canJoin } from './print/joint.ts';
import { overwrites } from './print/overwrites.ts';
import { PrintedKernels } from './print/printed-kernels.ts';
import { isOneWalk } from './print/prologue.ts';
import { profileReplay } from './profile.ts';
import { WebGpuProgram } from './program.ts';
import { Readback } from './readback.ts';
import type { Replay } from './replay.ts';
import { SelfCheck } from './self-check/self-check.ts';
import { upload } from './upload.ts';

/** A buffer of the backend. */
class WebGpuBuffer implements BackendBuffer {
  constructor(
    readonly allocation: Allocation,
    readonly bytes: number,
    /** Whether the GPU buffer is the program's, which keeps it. */
    readonly isWrapped: boolean,
  ) {}
}

/**
 * Runs plans on a WebGPU device. All calls return at once; work happens on the device in the order of the calls.
 */
export class WebGpuBackend implements Backend {
  readonly name: string;
  /** @see Backend.repeats */
  readonly repeats = true;
  /** @see Backend.readsQuantized */
  readonly readsQuantized = true;
  /** @see Backend.scatters */
  readonly scatters = true;
  /** The device, and what is known about it. */
  readonly device: WebGpuDevice;
  readonly #native: GPUDevice;
  readonly #settings: BackendSettings;
  readonly #target: Target;
  readonly #pool: BufferPool;
  readonly #arena: Arena;
  readonly #pipelines: PipelineCache;
  readonly #readback: Readback;
  readonly #selfCheck: SelfCheck | undefined;
  readonly #order = new Order();
  readonly #printed: PrintedKernels;
  readonly #buffers = new Set<WebGpuBuffer>();
  readonly #programs = new Set<WebGpuProgram>();
  readonly #inFlight: InFlight;

  private constructor(device: WebGpuDevice, settings: BackendSettings) {
    this.device = device;
    this.#settings = settings;
    this.name = settings.name;
    const native = device.native as GPUDevice;
    this.#native = native;
    const limits = { ...device.limits, ...settings.kernelLimits };
    const { subgroupSizes } = device.adapter;
    this.#target = { features: settings.kernelFeatures ?? device.features, limits, subgroupSizes };
    this.#printed = new PrintedKernels(this.#target);
    const { memoryLimit, debug } = settings;
    this.#pool = new BufferPool({ device: native, limits, memoryLimit, debug });
    this.#arena = new Arena(this.#pool);
    this.#pipelines = new PipelineCache(native, settings.onCompile);
    this.#readback = new Readback(native);
    if (settings.selfCheck ?? !device.adapter.isFallback) {
      const variant = [...this.#target.features].sort().join();
      const print = (kernel: Kernel) => this.#printed.of(kernel);
      this.#selfCheck = new SelfCheck(device.adapter, variant, print, this.#pipelines);
    }
    this.#inFlight = new InFlight(device.lost);
  }

  /**
   * Starts a backend on a device of its own, or on one that the program has.
   *
   * @throws WebGpuUnavailableError if there is no adapter, saying why; Error for an option that is unknown, has a bad
   *   value, or asks for what the device does not have
   */
  static async create(options: WebGpuBackendOptions = {}): Promise<WebGpuBackend> {
    const checks =
      Object.keys(options).length > 0 ? await import('./check-backend-options.ts') : undefined;
    checks?.checkBackendOptions(options);
    const { settings, device: wanted } = splitOptions(options);
    const device = await requestDevice(wanted);
    try {
      checks?.checkSettings(settings, device);
    } catch (error) {
      device.destroy();
      throw error;
    }
    const backend = new WebGpuBackend(device, settings);
    if (asksForEvents && computesOnCpu(backend.#target)) {
      const { napsWhile } = await import('./naps.ts');
      const inFlight = backend.#inFlight;
      inFlight.onBusy = napsWhile(() => inFlight.isBusy);
    }
    return backend;
  }

  /** @see Backend.lost */
  get lost(): DeviceLostError | undefined {
    return this.#inFlight.lost;
  }

  /** @see Backend.supports */
  supports(operation: string, attributes: unknown, inputs: readonly Spec[]): boolean {
    return supportsCoarse(operation, attributes, inputs, this.#target);
  }

  /** @see Backend.takesStrided */
  takesStrided(operation: string, attributes: unknown, input: number): boolean {
    return coarseTakesStrided(operation, attributes, input);
  }

  /** @see Backend.overwrites */
  overwrites(kernel: Kernel, read: number): boolean {
    return overwrites(kernel, read);
  }

  /** @see Backend.joins */
  joins(joint: JointKernel): boolean {
    return canJoin(joint, (kernel) => this.#printed.of(kernel), this.#target);
  }

  /** @see Backend.pairs */
  pairs(rows: number): boolean {
    return rows <= mostVectorRows;
  }

  /** @see Backend.prologues. Where invocations are dear and launches cheap, on CPUs, they cost more than they save. */
  prologues(rows: number): boolean {
    return !computesOnCpu(this.#target) && rows <= mostVectorRows;
  }

  /** @see Backend.takesPrologue */
  takesPrologue({ buffers, prologue }: MatmulKernel): boolean {
    const most = this.#target.limits.maxStorageBuffersPerShaderStage ?? 8;
    return buffers.length <= most && isOneWalk(prologue!);
  }

  /** @see Backend.scratch */
  scratch(kernel: Kernel): readonly number[] {
    return this.#printed.of(kernel).scratchBytes;
  }

  /** @see Backend.allocate */
  allocate(bytes: number, label: string): BackendBuffer {
    this.#inFlight.refuseLost();
    return this.#own(new WebGpuBuffer(this.#pool.take(bytes, label), bytes, false));
  }

  /**
   * A buffer of the program as one of the backend's, without a copy. It must be of this device and have the usages
   * STORAGE, COPY_SRC and COPY_DST; it stays the program's, who destroys it after the last use.
   *
   * @param bytes how much of it is used, from its beginning; a multiple of 4
   * @throws RangeError for bytes that it has not; TypeError if it lacks a usage. Runs and reads of a buffer of another
   *   device reject with a `ForeignBufferError`
   */
  wrap(buffer: NativeBuffer, bytes: number, label: string): BackendBuffer {
    const allocation = wrapBuffer(this.#native, buffer as GPUBuffer, bytes, label);
    return this.#own(new WebGpuBuffer(allocation, bytes, true));
  }

  /**
   * The GPU buffer behind one of the backend's, for other code on the same device: its first `bytes` bytes hold
   * the value. To be read only, and only until the buffer is released.
   */
  native(buffer: BackendBuffer): NativeBuffer {
    return this.#known(buffer, 'native').allocation.buffer;
  }

  /** @see Backend.release */
  release(buffer: BackendBuffer): void {
    const own = this.#known(buffer, 'release');
    this.#buffers.delete(own);
    if (own.isWrapped || this.lost) return;
    if (this.#order.isIdle) this.#pool.give(own.allocation);
    else void this.#order.run(() => this.#pool.give(own.allocation));
  }

  /** @see Backend.write */
  write(buffer: BackendBuffer, data: Uint8Array, offset = 0): void {
    this.#inFlight.refuseLost();
    const own = this.#known(buffer, 'write');
    checkRange('write', own, offset, data.length);
    if (offset % 4 !== 0 || (data.length % 4 !== 0 && offset + data.length !== own.bytes)) {
      throw new RangeError(
        `write: bytes ${offset} to ${offset + data.length} of '${own.allocation.label}'; WebGPU writes whole words of 4 bytes`,
      );
    }
    if (this.#order.isIdle) upload(this.#native.queue, own.allocation, data, offset);
    else {
      const copy = data.slice();
      void this.#order.run(() => upload(this.#native.queue, own.allocation, copy, offset));
    }
  }

  /** @see Backend.read */
  async read(buffer: BackendBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    this.#inFlight.refuseLost();
    const own = this.#known(buffer, 'read');
    checkRange('read', own, offset, bytes);
    const { allocation } = own;
    return this.#inFlight.track(
      this.#order.run(() =>
        after(allocation.pending, this.#readback.read(allocation.buffer, offset, bytes)),
      ),
    );
  }

  /** @see Backend.prepare */
  prepare(plan: Plan): Program {
    const print = (step: number) => this.#printed.of(plan.steps[step]!.kernel);
    const program: WebGpuProgram = new WebGpuProgram(
      plan,
      print,
      this.#pipelines,
      this.#target,
      () => this.#programs.delete(program),
    );
    this.#programs.add(program);
    program.checked = this.#selfCheck?.before(plan.steps.flatMap(({ kernel }) => partsOf(kernel)));
    return program;
  }

  /** @see Backend.run */
  async run(program: Program, bindings: readonly BackendBuffer[]): Promise<void> {
    await this.#inFlight.track(
      this.#submit(program, bindings, (replay) => encodeReplay(this.#native, replay)),
    );
  }

  /**
   * @see Backend.profile
   * @throws Error where the device lacks `timestamp-query`
   */
  async profile(program: Program, bindings: readonly BackendBuffer[]): Promise<StepTiming[]> {
    if (!this.device.features.has('timestamp-query')) {
      throw new Error(
        "profile: this device has no feature 'timestamp-query'; use another adapter, or a browser's own profiler",
      );
    }
    return this.#inFlight.track(
      this.#submit(program, bindings, (replay) => profileReplay(this.#native, replay)),
    );
  }

  /** @see Backend.memory */
  memory(): MemoryStatistics {
    const { liveBytes, peakBytes } = this.#pool;
    return { live: liveBytes, peak: peakBytes, buffers: this.#buffers.size };
  }

  /** GPU buffers and shaders made so far: equal before and after a replay. */
  created(): { readonly buffers: number; readonly pipelines: number } {
    return { buffers: this.#pool.created, pipelines: this.#pipelines.created };
  }

  /**
   * Frees the device and its memory; of a device that was passed in, the backend's buffers. What is pending rejects,
   * and so does every later call.
   */
  async dispose(): Promise<void> {
    this.#inFlight.lose(new DeviceLostError('destroyed', 'the backend was disposed of'));
    for (const program of this.#programs) program.dispose();
    for (const { allocation, isWrapped } of this.#buffers) {
      if (!isWrapped) allocation.buffer.destroy();
    }
    this.#arena.dispose();
    this.#readback.dispose();
    this.#pool.dispose();
    this.device.destroy();
  }

  /** Binds a run's buffers and hands it to `encode`, in the order of the calls. */
  async #submit<T>(
    program: Program,
    bindings: readonly BackendBuffer[],
    encode: (replay: Replay) => Promise<T>,
  ): Promise<T> {
    this.#inFlight.refuseLost();
    if (!(program instanceof WebGpuProgram) || !this.#programs.has(program)) {
      throw new Error('run: the program is not of this backend, or was disposed');
    }
    const allocations = this.#allocationsOf(program.plan, bindings);
    const replay = program.replayFor(allocations);
    const task = () => {
      this.#inFlight.refuseLost(); // while shaders compiled
      this.#arena.grow(replay.placement.sizes);
      this.#poisonArena(replay);
      // Memory that the device turns out not to have, and what it refuses, count against this run.
      const pending = [...allocations, ...this.#arena.buffers].flatMap(
        ({ pending }) => pending ?? [],
      );
      const known = pending.length > 0 ? Promise.all(pending) : undefined;
      this.#native.pushErrorScope('validation');
      replay.bind(this.#native, allocations, this.#arena);
      const done = encode(replay);
      const refused = this.#native.popErrorScope().then(
        (error) => {
          if (error) throw new KernelError(replay.kernelNames, error.message);
        },
        () => {}, // lost, which is reported elsewhere
      );
      return after(
        known,
        Promise.all([done, refused]).then(([result]) => result),
      );
    };
    const { checked } = program;
    if (replay.isReady && !checked) return this.#order.run(task);
    const ready = Promise.all([replay.ready, checked]).then(() => {
      program.checked = undefined;
    });
    return this.#order.run(task, ready);
  }

  #allocationsOf(plan: Plan, bindings: readonly BackendBuffer[]): Allocation[] {
    if (bindings.length !== plan.bindings) {
      throw new RangeError(`run: got ${bindings.length} bindings, want ${plan.bindings}`);
    }
    const allocations = bindings.map((buffer) => this.#known(buffer, 'run').allocation);
    for (const buffer of plan.buffers) {
      if (buffer.kind !== 'binding') continue;
      const { bytes } = bindings[buffer.index]!;
      if (bytes < buffer.bytes) {
        throw new RangeError(
          `run: binding ${buffer.index} has ${bytes} bytes ('${allocations[buffer.index]!.label}'), want ${buffer.bytes}`,
        );
      }
    }
    return allocations;
  }

  /** What a kernel reads before another wrote it shows as NaN. */
  #poisonArena({ placement }: Replay): void {
    if (!this.#settings.debug) return;
    placement.sizes.forEach((size, i) => {
      const { buffer } = this.#arena.buffers[i]!;
      this.#native.queue.writeBuffer(buffer, 0, new Uint8Array(size).fill(0xff));
    });
  }

  #own(buffer: WebGpuBuffer): WebGpuBuffer {
    this.#buffers.add(buffer);
    return buffer;
  }

  #known(buffer: BackendBuffer, operation: string): WebGpuBuffer {
    if (!(buffer instanceof WebGpuBuffer) || !this.#buffers.has(buffer)) {
      throw new Error(`${operation}: the buffer is not of this backend, or was released`);
    }
    return buffer;
  }
}

/** Starts a WebGPU backend. @see WebGpuBackend.create */
export function createWebGpuBackend(options: WebGpuBackendOptions = {}): Promise<WebGpuBackend> {
  return WebGpuBackend.create(options);
}
