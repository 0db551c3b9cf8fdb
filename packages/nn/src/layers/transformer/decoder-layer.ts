import { checkOptions, type Tensor } from '@llm/tensor';
import { Module } from '../../module/module.ts';
import { type Activation, activationOf } from '../activations.ts';
import { Dropout } from '../dropout.ts';
import { LayerNorm } from '../layer-norm.ts';
import { Linear } from '../linear.ts';
import { MultiHeadAttention } from '../multi-head-attention.ts';
import { layerOptionNames, type TransformerLayerOptions, withDefaults } from './options.ts';

/** Options of a call of `TransformerDecoderLayer`; masks as in `MultiHeadAttention`. */
export interface DecoderLayerCallOptions {
  /** [targets, targets] or [batch · heads, targets, targets], true where attention is forbidden. */
  readonly tgt_mask?: Tensor;
  /** [targets, sources] or [batch · heads, targets, sources], true where attention is forbidden. */
  readonly memory_mask?: Tensor;
  /** [batch, targets], true where the target is padding. */
  readonly tgt_key_padding_mask?: Tensor;
  /** [batch, sources], true where the source is padding. */
  readonly memory_key_padding_mask?: Tensor;
  /** Forbids self-attention to later positions. Default false. */
  readonly tgt_is_causal?: boolean;
  /** Forbids attention to later positions of the memory. Default false. */
  readonly memory_is_causal?: boolean;
}

/** The names of `DecoderLayerCallOptions`, for checking. */
export const decoderCallNames = [
  'tgt_mask',
  'memory_mask',
  'tgt_key_padding_mask',
  'memory_key_padding_mask',
  'tgt_is_causal',
  'memory_is_causal',
] as const satisfies readonly (keyof DecoderLayerCallOptions)[];

/**
 * Self-attention, attention to the encoder's output (the memory), then two linear layers, each with a
 * residual connection and a norm after it, or before it with `norm_first`; PyTorch's
 * `nn.TransformerDecoderLayer`.
 */
export class TransformerDecoderLayer extends Module {
  readonly self_attn: MultiHeadAttention;
  readonly multihead_attn: MultiHeadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly normFirst: boolean;
  readonly activation: Activation;

  /** @param dModel width of the residual stream. @param nhead number of heads, which divides it. */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    checkOptions('TransformerDecoderLayer', options, layerOptionNames);
    const { dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias } =
      withDefaults(options);
    this.self_attn = new MultiHeadAttention(dModel, nhead, { dropout, bias, batch_first });
    this.multihead_attn = new MultiHeadAttention(dModel, nhead, { dropout, bias, batch_first });
    this.linear1 = new Linear(dModel, dim_feedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps: layer_norm_eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps: layer_norm_eps, bias });
    this.norm3 = new LayerNorm(dModel, { eps: layer_norm_eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.normFirst = norm_first;
    this.activation = activationOf(activation);
  }

  /**
   * @param tgt [targets, batch, width], or [batch, targets, width] with `batch_first`
   * @param memory the encoder's output, in the same layout
   * @returns the shape of `tgt`
   */
  forward(tgt: Tensor, memory: Tensor, options: DecoderLayerCallOptions = {}): Tensor {
    checkOptions('TransformerDecoderLayer.forward', options, decoderCallNames);
    let x = tgt;
    if (this.normFirst) {
      x = x.add(this.attend(this.norm1.forward(x), options));
      x = x.add(this.attendToMemory(this.norm2.forward(x), memory, options));
      return x.add(this.feedForward(this.norm3.forward(x)));
    }
    x = this.norm1.forward(x.add(this.attend(x, options)));
    x = this.norm2.forward(x.add(this.attendToMemory(x, memory, options)));
    return this.norm3.forward(x.add(this.feedForward(x)));
  }

  private attend(x: Tensor, options: DecoderLayerCallOptions): Tensor {
    const [attended] = this.self_attn.forward(x, x, x, {
      attn_mask: options.tgt_mask,
      key_padding_mask: options.tgt_key_padding_mask,
      is_causal: options.tgt_is_causal,
      need_weights: false,
    });
    return this.dropout1.forward(attended);
  }

  private attendToMemory(x: Tensor, memory: Tensor, options: DecoderLayerCallOptions): Tensor {
    const [attended] = this.multihead_attn.forward(x, memory, memory, {
      attn_mask: options.memory_mask,
      key_padding_mask: options.memory_key_padding_mask,
      is_causal: options.memory_is_causal,
      need_weights: false,
    });
    return this.dropout2.forward(attended);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(this.activation(this.linear1.forward(x)));
    return this.dropout3.forward(this.linear2.forward(hidden));
  }
}
