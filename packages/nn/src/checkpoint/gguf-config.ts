/**
 * The settings of `config.json` from a GGUF file's metadata.
 *
 * @module
 */
import { type ModelSource, openCheckpoint } from '@llm/hub';
import { ggufArchitecture } from './gguf-names.ts';

/** Numbers under `ARCHITECTURE.`, by their names in `config.json`. */
const numbers: Readonly<Record<string, string>> = {
  max_position_embeddings: 'context_length',
  hidden_size: 'embedding_length',
  intermediate_size: 'feed_forward_length',
  num_hidden_layers: 'block_count',
  num_attention_heads: 'attention.head_count',
  num_key_value_heads: 'attention.head_count_kv',
  head_dim: 'attention.key_length',
  rms_norm_eps: 'attention.layer_norm_rms_epsilon',
  rope_theta: 'rope.freq_base',
  sliding_window: 'attention.sliding_window',
  attn_logit_softcapping: 'attn_logit_softcapping',
  final_logit_softcapping: 'final_logit_softcapping',
};

/** What the settings have to hold for a model to be built. */
const required = [
  'hidden_size',
  'intermediate_size',
  'num_hidden_layers',
  'num_attention_heads',
  'rms_norm_eps',
];

/** `model_type` of architectures that transformers calls otherwise. */
const modelTypes: Readonly<Record<string, string>> = { gemma3: 'gemma3_text' };

/**
 * The settings that a GGUF file carries, under the names of `config.json`.
 *
 * @param file the file, where a source holds several
 * @throws Error if its architecture is not supported or a setting cannot be told from it.
 */
export async function ggufConfig(
  source: ModelSource,
  file?: string,
): Promise<Record<string, unknown>> {
  const checkpoint = await openCheckpoint(source, file === undefined ? {} : { file });
  try {
    const { metadata, tensors } = checkpoint;
    const architecture = ggufArchitecture(metadata);
    const config: Record<string, unknown> = {
      model_type: modelTypes[architecture] ?? architecture,
      tie_word_embeddings: !tensors.has('output.weight'),
      vocab_size: tensors.get('token_embd.weight')?.shape[0],
    };
    for (const [name, key] of Object.entries(numbers)) {
      const value = metadata.get(`${architecture}.${key}`);
      if (typeof value === 'number') config[name] = value;
    }
    for (const name of required) {
      if (config[name] === undefined) {
        throw new Error(`GGUF: ${source.location} lacks ${architecture}.${numbers[name]}`);
      }
    }
    const scaling = metadata.get(`${architecture}.rope.scaling.type`);
    if (tensors.has('rope_freqs.weight') || (scaling !== undefined && scaling !== 'none')) {
      throw new Error(
        `GGUF: ${source.location} scales its rotary positions, which its metadata does not describe in full; put the model's config.json beside it`,
      );
    }
    for (const token of ['bos', 'eos'] as const) {
      const id = metadata.get(`tokenizer.ggml.${token}_token_id`);
      if (typeof id === 'number') config[`${token}_token_id`] = id;
    }
    return config;
  } finally {
    await checkpoint.close();
  }
}
