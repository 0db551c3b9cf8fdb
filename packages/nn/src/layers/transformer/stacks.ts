import { checkOptions, type Tensor } from '@llm/tensor';
import { Module } from '../../module/module.ts';
import type { LayerNorm } from '../layer-norm.ts';
import {
  type DecoderLayerCallOptions,
  decoderCallNames,
  type TransformerDecoderLayer,
} from './decoder-layer.ts';
import type { TransformerEncoderLayer } from './encoder-layer.ts';

/** Options of a call of `TransformerEncoder`. */
export interface EncoderCallOptions {
  /** As `src_mask` of a layer. */
  readonly mask?: Tensor;
  /** [batch, length], true where the source is padding. */
  readonly src_key_padding_mask?: Tensor;
  /** Forbids attention to later positions. Default false. */
  readonly is_causal?: boolean;
}

/**
 * Encoder layers one after another, then perhaps a norm; PyTorch's `nn.TransformerEncoder`, but that it takes
 * the layers themselves, each with weights of its own, rather than one to copy.
 */
export class TransformerEncoder extends Module {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm?: LayerNorm;

  constructor(layers: readonly TransformerEncoderLayer[], norm?: LayerNorm) {
    super();
    this.layers = layers;
    this.norm = norm;
  }

  /** @param src [length, batch, width], or batch first as the layers have it. @returns the same shape. */
  forward(src: Tensor, options: EncoderCallOptions = {}): Tensor {
    checkOptions('TransformerEncoder.forward', options, [
      'mask',
      'src_key_padding_mask',
      'is_causal',
    ]);
    const { mask, src_key_padding_mask, is_causal } = options;
    let x = src;
    for (const layer of this.layers) {
      x = layer.forward(x, { src_mask: mask, src_key_padding_mask, is_causal });
    }
    return this.norm ? this.norm.forward(x) : x;
  }
}

/** Decoder layers one after another, then perhaps a norm; PyTorch's `nn.TransformerDecoder`. */
export class TransformerDecoder extends Module {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm?: LayerNorm;

  constructor(layers: readonly TransformerDecoderLayer[], norm?: LayerNorm) {
    super();
    this.layers = layers;
    this.norm = norm;
  }

  /** @param tgt [targets, batch, width], or batch first as the layers have it. @returns the same shape. */
  forward(tgt: Tensor, memory: Tensor, options: DecoderLayerCallOptions = {}): Tensor {
    checkOptions('TransformerDecoder.forward', options, decoderCallNames);
    let x = tgt;
    for (const layer of this.layers) x = layer.forward(x, memory, options);
    return this.norm ? this.norm.forward(x) : x;
  }
}
