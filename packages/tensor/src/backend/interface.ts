/**
 * The interface between the compiler and a device.
 *
 * @module
 */
import type { Spec } from '../graph.ts';
import type { JointKernel, Kernel, MatmulKernel } from '../ir/kernel.ts';

/** What a backend hands out for a piece of its memory. */
export interface BackendBuffer {
  readonly bytes: number;
}

/** A buffer that a plan's kernels use. */
export type PlanBuffer =
  /** Bound at each run: inputs, constants uploaded once, outputs, variables. */
  | { readonly kind: 'binding'; readonly index: number; readonly bytes: number }
  /** A range of the device's shared scratch arena, valid during the run. */
  | { readonly kind: 'arena'; readonly offset: number; readonly bytes: number };

/** The part of a buffer that a repeated step uses: at iteration `i` it begins at `offset + i · stride` bytes. */
export interface PlanPart {
  readonly offset: number;
  /** A multiple of 4; negative where the buffer is walked backwards. */
  readonly stride: number;
  readonly bytes: number;
}

/** One kernel of a plan with its buffers. */
export interface PlanStep {
  readonly kernel: Kernel;
  /** For each local buffer of the kernel, a position in `plan.buffers`. */
  readonly buffers: readonly number[];
  /** In a repeat: for each local buffer, the part of it; undefined for all of it. */
  readonly parts?: readonly (PlanPart | undefined)[];
  /** For each scratch buffer that the backend asked for, a position in `plan.buffers`. */
  readonly scratch: readonly number[];
  /** Module path, for profiles and errors. */
  readonly scope: string;
}

/** Steps that run `count` times, one iteration after the other: the body of a scan. */
export interface PlanRepeat {
  /** Position of the first step. */
  readonly first: number;
  /** Position after the last. */
  readonly end: number;
  readonly count: number;
}

/** Everything that happens in one run, in order. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Ranges of steps that are repeated, in order, apart from each other; only for backends with `repeats`. */
  readonly repeats?: readonly PlanRepeat[];
  readonly buffers: readonly PlanBuffer[];
  /** Number of buffers to bind at each run. */
  readonly bindings: number;
  readonly arenaBytes: number;
}

/** A plan made ready for one backend: code compiled, addresses laid out. */
export interface Program {
  readonly plan: Plan;
  /** Frees what the program holds on the device (not the code, which is cached by key). */
  dispose(): void;
}

/** Bytes on a device. */
export interface MemoryStatistics {
  /** Bytes in live buffers, the scratch arena included. */
  readonly live: number;
  /** The largest `live` so far, or since `resetPeak`. */
  readonly peak: number;
  /** Number of live buffers, the arena not counted. */
  readonly buffers: number;
}

/** Time of one step, when a run is profiled. */
export interface StepTiming {
  readonly name: string;
  readonly scope: string;
  /** Milliseconds on the slowest thread; of steps that ran side by side, their shares of that time. */
  readonly milliseconds: number;
}

/**
 * A device that runs plans. Calls are ordered: a write, a run and a read submitted one after another see
 * each other's results, and a buffer released after a run is not reused before that run ends.
 */
export interface Backend {
  readonly name: string;
  /** Whether it runs plans with `repeats`. Default false: the steps of scans are then written out. */
  readonly repeats?: boolean;
  /** Why it can never run again, once that is so: its device is gone. Default undefined. */
  readonly lost?: Error | undefined;
  /** Whether a template exists for this coarse operation; if not, its definition is compiled instead. */
  supports(operation: string, attributes: unknown, inputs: readonly Spec[]): boolean;
  /**
   * Whether the template of a coarse operation reads this input through any strides and offset, as long
   * as neighbours along the last axis stay neighbours. Otherwise, or without this method, inputs are
   * copied to row-major order first.
   */
  takesStrided?(operation: string, attributes: unknown, input: number): boolean;
  /**
   * Whether one buffer may be both what a kernel reads as `read` and what it writes as `written`, if it reads each
   * element before it writes there: a product's epilogue that updates, a row that is normalized. Of a coarse kernel
   * its template alone knows what it reads when. Elementwise kernels always may; for others without this method the
   * result is copied.
   */
  overwrites?(kernel: Kernel, read: number, written: number): boolean;
  /**
   * Whether kernels that do not need one another are better launched as one `JointKernel`: where a launch costs more
   * than the work. Without this method every kernel is launched by itself.
   */
  joins?(kernel: JointKernel): boolean;
  /**
   * Whether products read right operands that lie quantized: `quantizedLinear` then is a product like any other, with
   * an epilogue, and with what `pairs` and `prologues` allow. Default false: it is a coarse operation.
   */
  readonly readsQuantized?: boolean;
  /**
   * Whether a product of so many rows may be computed together with another one of the same left operand, where one
   * expression takes both results: the projections of a gated layer. Default: no.
   */
  pairs?(rows: number): boolean;
  /**
   * Whether a product of so many rows in all, and of so long an inner axis, may compute its left operand where that is
   * made by rows: a norm. Default: no.
   */
  prologues?(rows: number, inner: number): boolean;
  /** With `prologues`: whether it takes this product with its prologue. */
  takesPrologue?(kernel: MatmulKernel): boolean;
  /**
   * Whether loops may store at positions that are computed (`Store.scatter`): what computes the new keys of a cache then
   * writes them where they belong. Default false: they are stored, and brought there by a kernel of their own.
   */
  readonly scatters?: boolean;
  /** Bytes of each buffer that the kernel needs while it runs (packed operands, partial sums). */
  scratch(kernel: Kernel): readonly number[];
  /** @throws OutOfMemoryError naming `label` and the peak. */
  allocate(bytes: number, label: string): BackendBuffer;
  /** Frees a buffer, after all runs submitted before. */
  release(buffer: BackendBuffer): void;
  /** Writes bytes from `offset` (default 0), after all runs submitted before. */
  write(buffer: BackendBuffer, data: Uint8Array, offset?: number): void;
  /** An unshared copy of `bytes` bytes from `offset`, after all runs submitted before. */
  read(buffer: BackendBuffer, offset: number, bytes: number): Promise<Uint8Array>;
  /** Compiles the kernels of a plan and lays out its addresses. */
  prepare(plan: Plan): Program;
  /** Submits a run; resolves when it is done. */
  run(program: Program, bindings: readonly BackendBuffer[]): Promise<void>;
  /** As `run`, and reports the time of each step. */
  profile(program: Program, bindings: readonly BackendBuffer[]): Promise<StepTiming[]>;
  /** Bytes in use now and at most. */
  memory(): MemoryStatistics;
  /** Starts `memory().peak` anew from what is in use now, to measure what follows by itself. */
  resetPeak?(): void;
  /** Ends threads and frees everything; the backend cannot be used afterwards. */
  dispose(): Promise<void>;
}
