import type { Activation, ActivationName } from '../activations.ts';

/** Options shared by encoder and decoder layers, with PyTorch's names and defaults. */
export interface TransformerLayerOptions {
  /** Width between the two linear layers. Default 2048. */
  readonly dim_feedforward?: number;
  /** Probability of every dropout in the layer. Default 0.1. */
  readonly dropout?: number;
  /** Between the two linear layers. Default `'relu'`. */
  readonly activation?: ActivationName | Activation;
  /** Default 1e-5. */
  readonly layer_norm_eps?: number;
  /** Whether tensors are [batch, length, width] rather than [length, batch, width]. Default false. */
  readonly batch_first?: boolean;
  /** Whether each sub-layer normalizes its input rather than its sum with it. Default false. */
  readonly norm_first?: boolean;
  /** Whether linear layers and norms have biases. Default true. */
  readonly bias?: boolean;
}

/** The names of `TransformerLayerOptions`, for checking. */
export const layerOptionNames = [
  'dim_feedforward',
  'dropout',
  'activation',
  'layer_norm_eps',
  'batch_first',
  'norm_first',
  'bias',
] as const satisfies readonly (keyof TransformerLayerOptions)[];

/** The options with PyTorch's defaults filled in. */
export function withDefaults(options: TransformerLayerOptions): Required<TransformerLayerOptions> {
  const {
    dim_feedforward = 2048,
    dropout = 0.1,
    activation = 'relu',
    layer_norm_eps = 1e-5,
    batch_first = false,
    norm_first = false,
    bias = true,
  } = options;
  return { dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias };
}
