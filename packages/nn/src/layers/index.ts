export * from './activations.ts';
export { alibiBias, alibiSlopes } from './alibi.ts';
export { causalMask } from './attention-masks.ts';
export * from './convolution/convolution.ts';
export { type ConvolveOptions, convolve } from './convolution/convolve.ts';
export type { PerAxis, WindowPadding } from './convolution/window.ts';
export * from './crf/crf.ts';
export * from './dropout.ts';
export * from './embedding.ts';
export * from './layer-norm.ts';
export * from './linear.ts';
export * from './multi-head-attention.ts';
export * from './positions.ts';
export * from './recurrent/gru.ts';
export * from './recurrent/lstm.ts';
export {
  Recurrent,
  type RecurrentCallOptions,
  type RecurrentOptions,
} from './recurrent/recurrent.ts';
export * from './recurrent/rnn.ts';
export * from './rms-norm.ts';
export * from './sequential.ts';
export * from './transformer/decoder-layer.ts';
export * from './transformer/encoder-layer.ts';
export * from './transformer/options.ts';
export * from './transformer/stacks.ts';
export * from './transformer/transformer.ts';
