/** What the engine that will run a module offers; decides how kernels are printed. */
export interface Target {
  /** Memory is a SharedArrayBuffer: several threads can work on it. */
  readonly sharedMemory: boolean;
  /** Fused multiply-add is available. */
  readonly relaxedSimd: boolean;
}
