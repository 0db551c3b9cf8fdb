export {
  type Activation,
  type ActivationName,
  activationOf,
  activations,
  GELU,
  type GELUOptions,
  ReLU,
  Sigmoid,
  SiLU,
  Tanh,
} from './activations.ts';
export { alibiBias, alibiSlopes } from './alibi.ts';
export { causalMask } from './attention-masks.ts';
export { Conv1d, Conv2d, type ConvolutionOptions } from './convolution/convolution.ts';
export { type ConvolveOptions, convolve } from './convolution/convolve.ts';
export type { PerAxis, WindowPadding } from './convolution/window.ts';
export { CRF, type CRFCallOptions, type CRFOptions, type CRFPath } from './crf/crf.ts';
export { Dropout } from './dropout.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { LayerNorm, type LayerNormOptions } from './layer-norm.ts';
export { Linear, type LinearOptions } from './linear.ts';
export {
  type AttentionCallOptions,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
} from './multi-head-attention.ts';
export { LearnedPositions, type SinusoidalOptions, SinusoidalPositions } from './positions.ts';
export { GRU } from './recurrent/gru.ts';
export { LSTM } from './recurrent/lstm.ts';
export {
  Recurrent,
  type RecurrentCallOptions,
  type RecurrentOptions,
} from './recurrent/recurrent.ts';
export { RNN, type RNNOptions } from './recurrent/rnn.ts';
export { RMSNorm, type RMSNormOptions } from './rms-norm.ts';
export { Sequential } from './sequential.ts';
export {
  type DecoderLayerCallOptions,
  decoderCallNames,
  TransformerDecoderLayer,
} from './transformer/decoder-layer.ts';
export {
  type EncoderLayerCallOptions,
  TransformerEncoderLayer,
} from './transformer/encoder-layer.ts';
export {
  layerOptionNames,
  type TransformerLayerOptions,
  withDefaults,
} from './transformer/options.ts';
export {
  type EncoderCallOptions,
  TransformerDecoder,
  TransformerEncoder,
} from './transformer/stacks.ts';
export {
  Transformer,
  type TransformerCallOptions,
  type TransformerOptions,
} from './transformer/transformer.ts';
