/**
 * Phi-3 (Abdin et al., 2024): Llama with projections stored side by side and LongRoPE, after `modeling_phi3.py`
 * of transformers 4.56.
 *
 * @module
 */
import { supportOnly } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import { decoderTasks } from './blocks/decoder.ts';
import { resolveRotary, rotaryDefaults } from './blocks/rotary-config.ts';
import { RotaryDecoder, type RotaryDecoderConfig } from './blocks/rotary-decoder.ts';

/** `config.json` of Phi-3. */
export interface Phi3Config extends RotaryDecoderConfig {
  readonly original_max_position_embeddings: number;
  readonly partial_rotary_factor: number;
  readonly sliding_window: number | null;
}

/** Phi-3 and its heads. */
export const phi3 = defineFamily<Phi3Config>({
  model_type: 'phi3',
  className: 'Phi3',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'phi3',
    vocab_size: 32064,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    original_max_position_embeddings: 4096,
    partial_rotary_factor: 1,
    rms_norm_eps: 1e-5,
    sliding_window: null,
    bos_token_id: 1,
    eos_token_id: 32000,
    pad_token_id: 32000,
  },
  resolve: (config) => {
    // The two are dropouts in training alone; the released models have none.
    supportOnly(config, 'resid_pdrop', 0, undefined);
    supportOnly(config, 'embd_pdrop', 0, undefined);
    const { rope_scaling } = config;
    // Files of the first release call LongRoPE 'su' or 'yarn'.
    const isOld = rope_scaling?.type === 'yarn' || rope_scaling?.type === 'su';
    return resolveRotary({
      ...config,
      ...(isOld && { rope_scaling: { ...rope_scaling, type: 'longrope', rope_type: 'longrope' } }),
    });
  },
  tasks: decoderTasks(
    (config: Phi3Config) =>
      new RotaryDecoder(config, {
        projectionBias: false,
        outputBias: false,
        isFused: true,
        window: () => config.sliding_window ?? undefined,
      }),
    {
      prefix: 'model',
      width: ({ hidden_size }) => hidden_size,
      table: ({ embed_tokens }) => embed_tokens.weight,
      classifierDropout: () => 0.1,
      tokenClassifier: 'score',
      absent: ['QuestionAnswering'],
    },
  ),
});
