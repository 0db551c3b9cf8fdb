import { checkOptions, type Tensor } from '@llm/tensor';
import { Module } from '../../module/module.ts';
import { type Activation, activationOf } from '../activations.ts';
import { Dropout } from '../dropout.ts';
import { LayerNorm } from '../layer-norm.ts';
import { Linear } from '../linear.ts';
import { MultiHeadAttention } from '../multi-head-attention.ts';
import { layerOptionNames, type TransformerLayerOptions, withDefaults } from './options.ts';

/** Options of a call of `TransformerEncoderLayer`. */
export interface EncoderLayerCallOptions {
  /** [length, length] or [batch · heads, length, length], true where attention is forbidden, or floats to add. */
  readonly src_mask?: Tensor;
  /** [batch, length], true where the source is padding. */
  readonly src_key_padding_mask?: Tensor;
  /** Forbids attention to later positions. Default false. */
  readonly is_causal?: boolean;
}

/**
 * Self-attention, then two linear layers, each with a residual connection and a norm after it
 * (x = norm(x + f(x))), or before it with `norm_first` (x = x + f(norm(x))); PyTorch's
 * `nn.TransformerEncoderLayer`.
 */
export class TransformerEncoderLayer extends Module {
  readonly self_attn: MultiHeadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly normFirst: boolean;
  readonly activation: Activation;

  /** @param dModel width of the residual stream. @param nhead number of heads, which divides it. */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    checkOptions('TransformerEncoderLayer', options, layerOptionNames);
    const { dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias } =
      withDefaults(options);
    this.self_attn = new MultiHeadAttention(dModel, nhead, { dropout, bias, batch_first });
    this.linear1 = new Linear(dModel, dim_feedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps: layer_norm_eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps: layer_norm_eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.normFirst = norm_first;
    this.activation = activationOf(activation);
  }

  /** @param src [length, batch, width], or [batch, length, width] with `batch_first`. @returns the same shape. */
  forward(src: Tensor, options: EncoderLayerCallOptions = {}): Tensor {
    checkOptions('TransformerEncoderLayer.forward', options, [
      'src_mask',
      'src_key_padding_mask',
      'is_causal',
    ]);
    let x = src;
    if (this.normFirst) {
      x = x.add(this.attend(this.norm1.forward(x), options));
      return x.add(this.feedForward(this.norm2.forward(x)));
    }
    x = this.norm1.forward(x.add(this.attend(x, options)));
    return this.norm2.forward(x.add(this.feedForward(x)));
  }

  private attend(x: Tensor, options: EncoderLayerCallOptions): Tensor {
    const [attended] = this.self_attn.forward(x, x, x, {
      attn_mask: options.src_mask,
      key_padding_mask: options.src_key_padding_mask,
      is_causal: options.is_causal,
      need_weights: false,
    });
    return this.dropout1.forward(attended);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(this.activation(this.linear1.forward(x)));
    return this.dropout2.forward(this.linear2.forward(hidden));
  }
}
