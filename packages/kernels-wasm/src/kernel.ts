/**
 * The contract between whoever prints kernels and whoever runs them.
 *
 * A kernel is a WebAssembly module that imports memory as `('m', 'm')` and exports
 * `run(args: i32, begin: i32, end: i32)`. `args` is the byte address of a table of u32 words: the
 * byte addresses of its buffers, in the kernel's order. A call computes the chunks `[begin, end)` of
 * a fixed number of chunks. Chunks depend on the shape alone, never on the number of threads, and
 * each is computed in the same way whoever computes it: results are bit-equal on 1, 2 and 3 threads.
 */
export interface Kernel {
  /** Names the kernel: equal keys mean equal bytes. Shown in errors and profiles. */
  readonly key: string;
  /** The module. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many chunks the work is divided into. */
  readonly chunks: number;
}

/** One kernel of an operation that takes several; the next waits for it if they share scratch. */
export interface KernelStep {
  /** What runs. */
  readonly kernel: Kernel;
  /** The kernel's buffers as indices into the operation's buffers, scratch after the named ones. */
  readonly args: readonly number[];
}

/** An operation of one or more kernels that run one after the other. */
export interface KernelPlan {
  /** Steps in order. */
  readonly steps: readonly KernelStep[];
  /** Bytes of each scratch buffer; they take the indices after the operation's own buffers. */
  readonly scratchBytes: readonly number[];
}
