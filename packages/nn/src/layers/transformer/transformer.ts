import { checkOptions, type Tensor } from '@llm/tensor';
import { xavierUniform } from '../../init.ts';
import { Module } from '../../module/module.ts';
import { LayerNorm } from '../layer-norm.ts';
import { type DecoderLayerCallOptions, TransformerDecoderLayer } from './decoder-layer.ts';
import { TransformerEncoderLayer } from './encoder-layer.ts';
import { layerOptionNames, type TransformerLayerOptions } from './options.ts';
import { TransformerDecoder, TransformerEncoder } from './stacks.ts';

/** Options of `Transformer`, with PyTorch's names and defaults. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Width of the residual stream. Default 512. */
  readonly d_model?: number;
  /** Number of attention heads. Default 8. */
  readonly nhead?: number;
  /** Default 6. */
  readonly num_encoder_layers?: number;
  /** Default 6. */
  readonly num_decoder_layers?: number;
}

/** Options of a call of `Transformer`; masks as in `MultiHeadAttention`. */
export interface TransformerCallOptions extends DecoderLayerCallOptions {
  /** [sources, sources] or [batch · heads, sources, sources], true where attention is forbidden. */
  readonly src_mask?: Tensor;
  /** [batch, sources], true where the source is padding. */
  readonly src_key_padding_mask?: Tensor;
  /** Forbids the encoder's attention to later positions. Default false. */
  readonly src_is_causal?: boolean;
}

/**
 * Encoder and decoder of "Attention Is All You Need" (Vaswani et al., 2017), each with a norm at its end;
 * PyTorch's `nn.Transformer`. Embeddings, positions and the output layer are the caller's.
 *
 * All matrices start Xavier-uniform.
 */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(options: TransformerOptions = {}) {
    super();
    checkOptions('Transformer', options, [
      ...layerOptionNames,
      'd_model',
      'nhead',
      'num_encoder_layers',
      'num_decoder_layers',
    ]);
    const {
      d_model = 512,
      nhead = 8,
      num_encoder_layers = 6,
      num_decoder_layers = 6,
      ...layerOptions
    } = options;
    const norm = () =>
      new LayerNorm(d_model, { eps: options.layer_norm_eps ?? 1e-5, bias: options.bias ?? true });
    this.encoder = new TransformerEncoder(
      repeat(num_encoder_layers, () => new TransformerEncoderLayer(d_model, nhead, layerOptions)),
      norm(),
    );
    this.decoder = new TransformerDecoder(
      repeat(num_decoder_layers, () => new TransformerDecoderLayer(d_model, nhead, layerOptions)),
      norm(),
    );
    for (const parameter of this.parameters()) {
      if (parameter.rank > 1) parameter.assign(xavierUniform(parameter.shape));
    }
  }

  /**
   * @param src [sources, batch, d_model], or [batch, sources, d_model] with `batch_first`
   * @param tgt [targets, batch, d_model], in the same layout
   * @returns the shape of `tgt`
   */
  forward(src: Tensor, tgt: Tensor, options: TransformerCallOptions = {}): Tensor {
    const { src_mask, src_key_padding_mask, src_is_causal, ...decoderOptions } = options;
    const memory = this.encoder.forward(src, {
      mask: src_mask,
      src_key_padding_mask,
      is_causal: src_is_causal,
    });
    return this.decoder.forward(tgt, memory, decoderOptions);
  }
}

function repeat<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
