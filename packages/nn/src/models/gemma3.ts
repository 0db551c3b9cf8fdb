/**
 * Gemma 3 (Gemma Team, 2025), its text model: Gemma 2 with a norm on each head of queries and keys, five layers
 * with a window to one without, and a θ for each kind; after `modeling_gemma3.py` of transformers 4.56.
 *
 * @module
 */
import type { ActivationName } from '../layers/activations.ts';
import type { Settings } from '../pretrained/config.ts';
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

/** `config.json` of Gemma 3's text model. */
export interface Gemma3Config extends RotaryDecoderConfig, LayerTypes {
  readonly hidden_activation: ActivationName;
  readonly attention_bias: boolean;
  /** Scores are divided by its root. */
  readonly query_pre_attn_scalar: number;
  /** θ of the layers with a window. */
  readonly rope_local_base_freq: number;
  /** Every how many layers one sees all, unless `layer_types` lists them. */
  readonly sliding_window_pattern: number;
  readonly final_logit_softcapping: number | null;
  readonly attn_logit_softcapping: number | null;
}

/** θ of the layers with a window; transformers 5 lists it in `rope_parameters`. */
function localTheta(config: Gemma3Config): number {
  const parameters = (config as object as Settings).rope_parameters as Settings | undefined;
  const local = (parameters?.sliding_attention as Settings | undefined)?.rope_theta;
  return typeof local === 'number' ? local : config.rope_local_base_freq;
}

/** Gemma 3 and its heads. */
export const gemma3 = defineFamily<Gemma3Config>({
  model_type: 'gemma3_text',
  className: 'Gemma3',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'gemma3_text',
    vocab_size: 262208,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    hidden_activation: 'gelu_pytorch_tanh',
    max_position_embeddings: 131072,
    tie_word_embeddings: true,
    attention_bias: false,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    rope_theta: 1_000_000,
    rope_local_base_freq: 10_000,
    sliding_window_pattern: 6,
    final_logit_softcapping: null,
    attn_logit_softcapping: null,
    pad_token_id: 0,
    bos_token_id: 2,
    eos_token_id: 1,
  },
  resolve: (config) => {
    const { num_hidden_layers: length, hidden_activation: hidden_act } = config;
    const every = config.sliding_window_pattern;
    const layer_types =
      config.layer_types ??
      Array.from({ length }, (_, i) => ((i + 1) % every ? 'sliding_attention' : 'full_attention'));
    return resolveRotary({ ...config, hidden_act, layer_types });
  },
  tasks: decoderTasks(
    (config: Gemma3Config) =>
      new RotaryDecoder(config, {
        projectionBias: config.attention_bias,
        outputBias: config.attention_bias,
        isGemma: true,
        normalizesHeads: true,
        localTheta: localTheta(config),
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
      absent: ['SequenceClassification', 'TokenClassification', 'QuestionAnswering'],
      adapt: (logits, { final_logit_softcapping: cap }) => softcapped(logits, cap),
    },
  ),
});
