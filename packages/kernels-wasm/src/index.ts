/**
 * The WebAssembly SIMD backend of @llm/tensor.
 *
 * @module @llm/kernels-wasm
 */
export { createWasmBackend, WasmBackend, type WasmBackendOptions } from './backend.ts';
export { Engine, type EngineOptions } from './engine.ts';
export { KernelError, OutOfMemoryError } from './errors.ts';
export type { Kernel, KernelPlan, KernelStep } from './kernel.ts';
export type { Allocation } from './memory.ts';
export type { Instruction, Program, RunOptions, RunResult } from './threads.ts';
export type { Target } from './wasm/index.ts';
export { type MemoryWrite, workerSource } from './worker.ts';
