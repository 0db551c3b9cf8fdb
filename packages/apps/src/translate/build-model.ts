import { MBartForConditionalGeneration } from '@llm/nn';
import type { TranslationSettings } from './settings.ts';
import type { TranslationTask } from './task.ts';

/** The model of the settings, with fresh weights of the default generator. */
export function buildModel(
  { width, heads, inner, layers, dropout, buckets }: TranslationSettings,
  { tokenizer, special }: TranslationTask,
): MBartForConditionalGeneration {
  return new MBartForConditionalGeneration({
    vocab_size: tokenizer.total_size,
    d_model: width,
    encoder_layers: layers,
    decoder_layers: layers,
    encoder_attention_heads: heads,
    decoder_attention_heads: heads,
    encoder_ffn_dim: inner,
    decoder_ffn_dim: inner,
    activation_function: 'relu',
    dropout,
    // Longer than any training sentence, since a translation may be.
    max_position_embeddings: 2 * Math.max(...buckets),
    scale_embedding: true,
    pad_token_id: special.pad,
    bos_token_id: special.start,
    eos_token_id: special.end,
    decoder_start_token_id: special.start,
  });
}
