/**
 * Qwen2 and Qwen2.5 (Yang et al., 2024): Llama with biases on queries, keys and values, after `modeling_qwen2.py` of transformers 4.56.
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

/** `config.json` of Qwen2. */
export interface Qwen2Config extends RotaryDecoderConfig, LayerTypes {
  readonly use_sliding_window: boolean;
  /** With `use_sliding_window`, the first layer that has a window, unless `layer_types` lists them. */
  readonly max_window_layers: number;
}

/** Qwen2 and its heads. */
export const qwen2 = defineFamily<Qwen2Config>({
  model_type: 'qwen2',
  className: 'Qwen2',
  prefix: 'model',
  defaults: {
    ...rotaryDefaults,
    model_type: 'qwen2',
    vocab_size: 151936,
    hidden_size: 4096,
    intermediate_size: 22016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
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
    (config: Qwen2Config) =>
      new RotaryDecoder(config, {
        projectionBias: true,
        outputBias: false,
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
