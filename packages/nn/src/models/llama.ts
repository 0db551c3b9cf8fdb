/**
 * Llama 1 to 3 (Touvron et al., 2023) and SmolLM, after `modeling_llama.py` of transformers 4.56.
 *
 * @module
 */
import { supportOnly } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import { decoderTasks } from './blocks/decoder.ts';
import { resolveRotary, rotaryDefaults } from './blocks/rotary-config.ts';
import { RotaryDecoder, type RotaryDecoderConfig } from './blocks/rotary-decoder.ts';

/** `config.json` of Llama. */
export interface LlamaConfig extends RotaryDecoderConfig {
  readonly attention_bias: boolean;
  readonly mlp_bias: boolean;
}

/** Llama and its heads. */
export const llama = defineFamily<LlamaConfig>({
  model_type: 'llama',
  className: 'Llama',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'llama',
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    bos_token_id: 1,
    eos_token_id: 2,
    attention_bias: false,
    mlp_bias: false,
  },
  resolve: (config) => {
    // Splits the same products among devices; the result is that of 1.
    supportOnly(config, 'pretraining_tp', 1, undefined);
    return resolveRotary(config);
  },
  // Older checkpoints store the frequencies.
  rename: (name) => (name.endsWith('rotary_emb.inv_freq') ? undefined : name),
  tasks: decoderTasks(
    (config: LlamaConfig) =>
      new RotaryDecoder(config, {
        projectionBias: config.attention_bias,
        outputBias: config.attention_bias,
        feedForwardBias: config.mlp_bias,
        window: () => undefined,
      }),
    {
      prefix: 'model',
      questionAnsweringPrefix: 'transformer',
      width: ({ hidden_size }) => hidden_size,
      table: ({ embed_tokens }) => embed_tokens.weight,
      classifierDropout: () => 0.1,
      tokenClassifier: 'score',
    },
  ),
});
