/**
 * Attention and layers of BART and of those who kept its names: mBART, Marian, M2M100.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Dropout } from '../../layers/dropout.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';
import { Module } from '../../module/module.ts';
import type { ModelConfig } from '../../pretrained/config.ts';
import { attend, attendTo } from './attend.ts';
import type { AttentionContext, Memory } from './context.ts';

/** Settings of these families. */
export interface BartConfig extends ModelConfig {
  readonly d_model: number;
  readonly encoder_layers: number;
  readonly decoder_layers: number;
  readonly encoder_attention_heads: number;
  readonly decoder_attention_heads: number;
  readonly encoder_ffn_dim: number;
  readonly decoder_ffn_dim: number;
  readonly activation_function: ActivationName;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly activation_dropout: number;
  readonly classifier_dropout: number;
  readonly max_position_embeddings: number;
  /** Whether embeddings are multiplied by √d_model. */
  readonly scale_embedding: boolean;
  readonly init_std: number;
  /** The token that ends a text cut off at its longest; null for none. */
  readonly forced_eos_token_id: number | null;
}

/** Which kind of a stack a layer belongs to. */
export type StackKind = 'encoder' | 'decoder';

class BartAttention extends Module {
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_proj: Linear;
  readonly out_proj: Linear;

  constructor(
    width: number,
    readonly heads: number,
    readonly dropoutP: number,
    readonly layer: number,
  ) {
    super();
    this.k_proj = new Linear(width, width);
    this.v_proj = new Linear(width, width);
    this.q_proj = new Linear(width, width);
    this.out_proj = new Linear(width, width);
  }

  get #settings() {
    return { heads: this.heads, layer: this.layer, dropout: this.training ? this.dropoutP : 0 };
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const [q, k, v] = [this.q_proj.forward(x), this.k_proj.forward(x), this.v_proj.forward(x)];
    return this.out_proj.forward(attend(q, k, v, this.#settings, context));
  }

  /** Attention to the encoder's output. */
  cross(x: Tensor, memory: Memory): Tensor {
    const project = (states: Tensor) =>
      [this.k_proj.forward(states), this.v_proj.forward(states)] as const;
    return this.out_proj.forward(attendTo(memory, this.q_proj.forward(x), project, this.#settings));
  }
}

/** A layer of an encoder, or, with `encoder_attn`, of a decoder; norms before or after each sublayer. */
export class BartLayer extends Module {
  readonly self_attn: BartAttention;
  readonly self_attn_layer_norm: LayerNorm;
  readonly encoder_attn?: BartAttention;
  readonly encoder_attn_layer_norm?: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly final_layer_norm: LayerNorm;
  readonly dropout: Dropout;
  readonly innerDropout: Dropout;

  constructor(
    readonly config: BartConfig,
    kind: StackKind,
    readonly normFirst: boolean,
    layer: number,
  ) {
    super();
    const { d_model, attention_dropout } = config;
    const heads = config[`${kind}_attention_heads`];
    const inner = config[`${kind}_ffn_dim`];
    this.self_attn = new BartAttention(d_model, heads, attention_dropout, layer);
    this.self_attn_layer_norm = new LayerNorm(d_model);
    if (kind === 'decoder') {
      this.encoder_attn = new BartAttention(d_model, heads, attention_dropout, layer);
      this.encoder_attn_layer_norm = new LayerNorm(d_model);
    }
    this.fc1 = new Linear(d_model, inner);
    this.fc2 = new Linear(inner, d_model);
    this.final_layer_norm = new LayerNorm(d_model);
    this.dropout = new Dropout(config.dropout);
    this.innerDropout = new Dropout(config.activation_dropout);
  }

  forward(x: Tensor, context: AttentionContext, memory?: Memory): Tensor {
    const { encoder_attn: cross, encoder_attn_layer_norm: crossNorm } = this;
    x = this.#sublayer(x, this.self_attn_layer_norm, (y) => this.self_attn.forward(y, context));
    if (cross && crossNorm) x = this.#sublayer(x, crossNorm, (y) => cross.cross(y, memory!));
    return this.#sublayer(x, this.final_layer_norm, (y) => {
      const inner = activationOf(this.config.activation_function)(this.fc1.forward(y));
      return this.fc2.forward(this.innerDropout.forward(inner));
    });
  }

  /** x + f(norm x), or norm(x + f x). */
  #sublayer(x: Tensor, norm: LayerNorm, f: (y: Tensor) => Tensor): Tensor {
    if (this.normFirst) return x.add(this.dropout.forward(f(norm.forward(x))));
    return norm.forward(x.add(this.dropout.forward(f(x))));
  }
}
