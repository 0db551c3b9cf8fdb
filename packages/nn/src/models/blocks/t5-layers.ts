/**
 * Attention and layers of T5; sublayers are numbered: `layer.0` attends to the sequence, the decoder's `layer.1`
 * to the encoder, the last is the feed-forward layer.
 *
 * @module
 */
import type { Tensor, Variable } from '@llm/tensor';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Dropout } from '../../layers/dropout.ts';
import { Embedding } from '../../layers/embedding.ts';
import { Linear } from '../../layers/linear.ts';
import { RMSNorm } from '../../layers/rms-norm.ts';
import { Module } from '../../module/module.ts';
import { attend, attendTo } from './attend.ts';
import type { AttentionContext, Memory } from './context.ts';
import type { T5Config } from './t5-config.ts';

/** Attention without 1/√headDim and without biases. */
class T5Attention extends Module {
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  /** [buckets, heads], in the first layer only. */
  readonly relative_attention_bias?: Embedding;

  constructor(
    readonly config: T5Config,
    readonly layer: number,
    hasTable: boolean,
  ) {
    super();
    const { d_model, d_kv, num_heads, relative_attention_num_buckets: buckets } = config;
    const inner = num_heads * d_kv;
    this.q = new Linear(d_model, inner, { bias: false });
    this.k = new Linear(d_model, inner, { bias: false });
    this.v = new Linear(d_model, inner, { bias: false });
    this.o = new Linear(inner, d_model, { bias: false });
    if (hasTable) this.relative_attention_bias = new Embedding(buckets, num_heads);
  }

  get #settings() {
    const { num_heads: heads, dropout_rate } = this.config;
    return { heads, scale: 1, layer: this.layer, dropout: this.training ? dropout_rate : 0 };
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const [q, k, v] = [this.q.forward(x), this.k.forward(x), this.v.forward(x)];
    return this.o.forward(attend(q, k, v, this.#settings, context));
  }

  cross(x: Tensor, memory: Memory): Tensor {
    const project = (states: Tensor) => [this.k.forward(states), this.v.forward(states)] as const;
    return this.o.forward(attendTo(memory, this.q.forward(x), project, this.#settings));
  }
}

/** wo(f(wi x)), or wo(f(wi_0 x) · wi_1 x). */
class T5FeedForward extends Module {
  readonly wi?: Linear;
  readonly wi_0?: Linear;
  readonly wi_1?: Linear;
  readonly wo: Linear;
  readonly dropout: Dropout;
  readonly activation: ActivationName;

  constructor({ d_model, d_ff, dropout_rate, feed_forward_proj }: T5Config) {
    super();
    const isGated = feed_forward_proj.startsWith('gated-');
    const name = feed_forward_proj.replace(/^gated-/, '');
    // What T5 calls gelu there is the tanh approximation.
    this.activation = (feed_forward_proj === 'gated-gelu' ? 'gelu_new' : name) as ActivationName;
    activationOf(this.activation); // an unknown one throws here
    const input = () => new Linear(d_model, d_ff, { bias: false });
    if (isGated) [this.wi_0, this.wi_1] = [input(), input()];
    else this.wi = input();
    this.wo = new Linear(d_ff, d_model, { bias: false });
    this.dropout = new Dropout(dropout_rate);
  }

  forward(x: Tensor): Tensor {
    const f = activationOf(this.activation);
    const inner = this.wi
      ? f(this.wi.forward(x))
      : f(this.wi_0!.forward(x)).mul(this.wi_1!.forward(x));
    return this.wo.forward(this.dropout.forward(inner));
  }
}

/** Sublayers, each x + dropout(f(norm x)). */
export class T5Block extends Module {
  readonly layer: readonly {
    readonly SelfAttention?: T5Attention;
    readonly EncDecAttention?: T5Attention;
    readonly DenseReluDense?: T5FeedForward;
    readonly layer_norm: RMSNorm;
  }[];
  readonly dropout: Dropout;

  constructor(config: T5Config, isDecoder: boolean, layer: number) {
    super();
    const { d_model, layer_norm_epsilon: eps } = config;
    const norm = () => ({ layer_norm: new RMSNorm(d_model, { eps }) });
    this.layer = [
      { SelfAttention: new T5Attention(config, layer, layer === 0), ...norm() },
      ...(isDecoder ? [{ EncDecAttention: new T5Attention(config, layer, false), ...norm() }] : []),
      { DenseReluDense: new T5FeedForward(config), ...norm() },
    ];
    this.dropout = new Dropout(config.dropout_rate);
  }

  /** The table of the first layer, which all use. */
  get relativeTable(): Variable {
    return this.layer[0]!.SelfAttention!.relative_attention_bias!.weight;
  }

  forward(x: Tensor, context: AttentionContext, memory?: Memory): Tensor {
    for (const { SelfAttention, EncDecAttention, DenseReluDense, layer_norm } of this.layer) {
      const y = layer_norm.forward(x);
      const changed =
        SelfAttention?.forward(y, context) ??
        EncDecAttention?.cross(y, memory!) ??
        DenseReluDense!.forward(y);
      x = x.add(this.dropout.forward(changed));
    }
    return x;
  }
}
