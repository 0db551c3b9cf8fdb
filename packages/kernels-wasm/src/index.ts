/**
 * The WebAssembly SIMD backend of @llm/tensor.
 *
 * @module @llm/kernels-wasm
 */
export {};
