/**
 * Mistral (Jiang et al., 2023): Llama with a window, after `modeling_mistral.py` of transformers 4.56.
 *
 * @module
 */
import { defineFamily } from '../pretrained/family.ts';
import { decoderTasks } from './blocks/decoder.ts';
import { resolveRotary, rotaryDefaults } from './blocks/rotary-config.ts';
import { RotaryDecoder, type RotaryDecoderConfig } from './blocks/rotary-decoder.ts';

/** `config.json` of Mistral. */
export interface MistralConfig extends RotaryDecoderConfig {
  /** How many positions a query sees; null for all. */
  readonly sliding_window: number | null;
}

/** Mistral and its heads. */
export const mistral = defineFamily<MistralConfig>({
  model_type: 'mistral',
  className: 'Mistral',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'mistral',
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 4096 * 32,
    sliding_window: 4096,
    bos_token_id: 1,
    eos_token_id: 2,
  },
  resolve: resolveRotary,
  tasks: decoderTasks(
    (config: MistralConfig) =>
      new RotaryDecoder(config, {
        projectionBias: false,
        outputBias: false,
        window: () => config.sliding_window ?? undefined,
      }),
    {
      prefix: 'model',
      width: ({ hidden_size }) => hidden_size,
      table: ({ embed_tokens }) => embed_tokens.weight,
      classifierDropout: () => 0.1,
      tokenClassifier: 'score',
    },
  ),
});
