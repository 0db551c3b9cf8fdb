/**
 * Qwen3 (Yang et al., 2025): Llama with a norm on each head of queries and keys, after `modeling_qwen3.py` of transformers 4.56.
 *
 * @module
 */
import { defineFamily } from '../pretrained/family.ts';
import { decoderTasks } from './blocks/decoder.ts';
import {
  type LayerTypes,
  resolveRotary,
  rotaryDefaults,
  windowByType,
} from './blocks/rotary-config.ts';
import { RotaryDecoder, type RotaryDecoderConfig } from './blocks/rotary-decoder.ts';

/** `config.json` of Qwen3. */
export interface Qwen3Config extends RotaryDecoderConfig, LayerTypes {
  readonly use_sliding_window: boolean;
  /** With `use_sliding_window`, the first layer that has a window, unless `layer_types` lists them. */
  readonly max_window_layers: number;
  readonly attention_bias: boolean;
}

/** Qwen3 and its heads. */
export const qwen3 = defineFamily<Qwen3Config>({
  model_type: 'qwen3',
  className: 'Qwen3',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'qwen3',
    vocab_size: 151936,
    hidden_size: 4096,
    intermediate_size: 22016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: 128,
    attention_bias: false,
    max_position_embeddings: 32768,
    use_sliding_window: false,
    sliding_window: 4096,
    max_window_layers: 28,
  },
  resolve: (config) => {
    const { use_sliding_window, max_window_layers, num_hidden_layers: length } = config;
    const sliding_window = use_sliding_window ? (config.sliding_window ?? null) : null;
    const hasWindow = (layer: number) => sliding_window !== null && layer >= max_window_layers;
    const layer_types =
      config.layer_types ??
      Array.from({ length }, (_, i) => (hasWindow(i) ? 'sliding_attention' : 'full_attention'));
    return resolveRotary({ ...config, sliding_window, layer_types });
  },
  tasks: decoderTasks(
    (config: Qwen3Config) =>
      new RotaryDecoder(config, {
        projectionBias: config.attention_bias,
        outputBias: config.attention_bias,
        normalizesHeads: true,
        window: windowByType(config),
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
