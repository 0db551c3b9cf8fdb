/**
 * Gemma 2 (Gemma Team, 2024): norms around each sublayer, soft caps, a window in every second layer; after
 * `modeling_gemma2.py` of transformers 4.56.
 *
 * @module
 */
import type { ActivationName } from '../layers/activations.ts';
import { defineFamily } from '../pretrained/family.ts';
import { decoderTasks } from './blocks/decoder.ts';
import {
  type LayerTypes,
  resolveRotary,
  rotaryDefaults,
  windowByType,
} from './blocks/rotary-config.ts';
import { RotaryDecoder, type RotaryDecoderConfig } from './blocks/rotary-decoder.ts';
import { softcapped } from './blocks/soft-cap.ts';

/** `config.json` of Gemma 2. */
export interface Gemma2Config extends RotaryDecoderConfig, LayerTypes {
  readonly hidden_activation: ActivationName;
  readonly attention_bias: boolean;
  /** Scores are divided by its root. */
  readonly query_pre_attn_scalar: number;
  readonly final_logit_softcapping: number | null;
  readonly attn_logit_softcapping: number | null;
}

/** Gemma 2 and its heads. */
export const gemma2 = defineFamily<Gemma2Config>({
  model_type: 'gemma2',
  className: 'Gemma2',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'gemma2',
    vocab_size: 256000,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    hidden_activation: 'gelu_pytorch_tanh',
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
    attention_bias: false,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    final_logit_softcapping: 30,
    attn_logit_softcapping: 50,
    pad_token_id: 0,
    bos_token_id: 2,
    eos_token_id: 1,
  },
  resolve: (config) => {
    const { num_hidden_layers: length, hidden_activation: hidden_act } = config;
    const layer_types =
      config.layer_types ??
      Array.from({ length }, (_, i) => (i % 2 === 0 ? 'sliding_attention' : 'full_attention'));
    return resolveRotary({ ...config, hidden_act, layer_types });
  },
  tasks: decoderTasks(
    (config: Gemma2Config) =>
      new RotaryDecoder(config, {
        projectionBias: config.attention_bias,
        outputBias: config.attention_bias,
        isGemma: true,
        scalesVectors: true,
        scale: config.query_pre_attn_scalar ** -0.5,
        softcap: config.attn_logit_softcapping ?? undefined,
        window: windowByType(config),
      }),
    {
      prefix: 'model',
      width: ({ hidden_size }) => hidden_size,
      table: ({ embed_tokens }) => embed_tokens.weight,
      classifierDropout: () => 0.1,
      tokenClassifier: 'score',
      absent: ['QuestionAnswering'],
      adapt: (logits, { final_logit_softcapping: cap }) => softcapped(logits, cap),
    },
  ),
});
