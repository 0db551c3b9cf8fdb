/**
 * Lazy tensors, autograd, fusion and compiled training steps.
 *
 * @module @llm/tensor
 */
export {};
