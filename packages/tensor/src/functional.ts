/**
 * The free functions of a model author: PyTorch's `torch.nn.functional` and the like, in camelCase, with `axis`
 * for `dim`. Each is a tensor's view of an operation in `ops/`.
 *
 * @module
 */
export * from './functional/activations.ts';
export * from './functional/attention.ts';
export * from './functional/dropout.ts';
export * from './functional/indexing.ts';
export * from './functional/linear-algebra.ts';
export * from './functional/losses.ts';
export * from './functional/normalization.ts';
