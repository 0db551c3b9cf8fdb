/**
 * The WebGPU backend of @llm/tensor.
 *
 * @module @llm/kernels-webgpu
 */
export {};
