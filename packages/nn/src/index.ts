/**
 * Layers and models of @llm, with PyTorch's semantics.
 *
 * @module @llm/nn
 */
export {};
