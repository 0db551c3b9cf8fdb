import type { ModelConfig } from '../../pretrained/config.ts';

/** `config.json` of T5. */
export interface T5Config extends ModelConfig {
  readonly d_model: number;
  /** Width of a head. */
  readonly d_kv: number;
  readonly d_ff: number;
  readonly num_layers: number;
  /** Null for as many as `num_layers`. */
  readonly num_decoder_layers: number | null;
  readonly num_heads: number;
  readonly relative_attention_num_buckets: number;
  readonly relative_attention_max_distance: number;
  readonly dropout_rate: number;
  readonly classifier_dropout: number;
  readonly layer_norm_epsilon: number;
  /** `relu` (version 1.0), or `gated-gelu` (version 1.1), whose GELU is the tanh approximation. */
  readonly feed_forward_proj: string;
}
