/**
 * Why tests are skipped, carried from a suite to the runner.
 *
 * @module
 */
declare module 'vitest' {
  interface TaskMeta {
    /** Why a test or all tests of a suite are skipped; the runner prints it once. */
    skipReason?: string;
  }
}

/** The reason of all tests that need a WebGPU adapter, on a machine without one. */
export const noAdapter = 'WebGPU: not tested (no adapter)';
