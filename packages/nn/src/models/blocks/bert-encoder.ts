/**
 * The encoder of BERT and of those who kept its names (RoBERTa, XLM-R, ELECTRA): norms after each sublayer.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Dropout } from '../../layers/dropout.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';
import { Module } from '../../module/module.ts';
import { type ModelConfig, supportOnly } from '../../pretrained/config.ts';
import { attend } from './attend.ts';
import type { AttentionContext, Recorder } from './context.ts';

/** Settings of BERT-like encoders. */
export interface BertEncoderConfig extends ModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly hidden_act: ActivationName;
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  /** Dropout before a classifier; null for `hidden_dropout_prob`. */
  readonly classifier_dropout: number | null;
}

/** BERT's defaults. */
export const bertEncoderDefaults = {
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  classifier_dropout: null,
} as const;

/** Refuses the variants of BERT that are not there. */
export function checkBertConfig<Config extends ModelConfig>(config: Config): Config {
  supportOnly(config, 'position_embedding_type', 'absolute', undefined);
  supportOnly(config, 'is_decoder', false, undefined);
  supportOnly(config, 'add_cross_attention', false, undefined);
  return config;
}

class SelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;

  constructor(readonly config: BertEncoderConfig) {
    super();
    const { hidden_size: width } = config;
    this.query = new Linear(width, width);
    this.key = new Linear(width, width);
    this.value = new Linear(width, width);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const { num_attention_heads: heads, attention_probs_dropout_prob } = this.config;
    const dropout = this.training ? attention_probs_dropout_prob : 0;
    const [q, k, v] = [this.query.forward(x), this.key.forward(x), this.value.forward(x)];
    return attend(q, k, v, { heads, dropout }, context);
  }
}

/** norm(x + dropout(dense(y))) */
class ResidualOutput extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(inner: number, config: BertEncoderConfig) {
    super();
    this.dense = new Linear(inner, config.hidden_size);
    this.LayerNorm = new LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(y: Tensor, x: Tensor): Tensor {
    return this.LayerNorm.forward(this.dropout.forward(this.dense.forward(y)).add(x));
  }
}

class EncoderLayer extends Module {
  readonly attention: { readonly self: SelfAttention; readonly output: ResidualOutput };
  readonly intermediate: { readonly dense: Linear };
  readonly output: ResidualOutput;

  constructor(readonly config: BertEncoderConfig) {
    super();
    const { hidden_size, intermediate_size } = config;
    this.attention = {
      self: new SelfAttention(config),
      output: new ResidualOutput(hidden_size, config),
    };
    this.intermediate = { dense: new Linear(hidden_size, intermediate_size) };
    this.output = new ResidualOutput(intermediate_size, config);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const { self, output } = this.attention;
    x = output.forward(self.forward(x, context), x);
    const inner = activationOf(this.config.hidden_act)(this.intermediate.dense.forward(x));
    return this.output.forward(inner, x);
  }
}

/** The stack of layers: [batch, length, width] → the same. */
export class BertEncoder extends Module {
  readonly layer: EncoderLayer[];

  constructor(config: BertEncoderConfig) {
    super();
    this.layer = Array.from({ length: config.num_hidden_layers }, () => new EncoderLayer(config));
  }

  forward(x: Tensor, context: AttentionContext, recorder: Recorder): Tensor {
    recorder.see(x);
    return this.layer.reduce((x, layer) => recorder.see(layer.forward(x, context)), x);
  }
}
