import { createModel, init, Linear, type Seq2SeqLM, SinusoidalPositions, zeros } from '@llm/nn';
import { mbart } from '@llm/nn/models';
import type { TranslationSettings } from './settings.ts';
import type { TranslationTask } from './task.ts';

/** The model of the settings, with fresh weights of the default generator. */
export function buildModel(
  { width, heads, inner, layers, dropout, buckets }: TranslationSettings,
  { tokenizer, special }: TranslationTask,
): Seq2SeqLM {
  const model = createModel(mbart, 'Seq2SeqLM', {
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
    forced_eos_token_id: null,
  });
  initialize(model, width);
  return model;
}

/** Wider than mBART's 0.02, which suits a long training on much text: Xavier's weights, sinusoids to begin with. */
function initialize(model: Seq2SeqLM, width: number): void {
  model.apply((module) => {
    if (!(module instanceof Linear)) return;
    module.weight.assign(init.xavierUniform(module.weight.shape));
    module.bias?.assign(zeros(module.bias.shape));
  });
  for (const [name, parameter] of model.namedParameters()) {
    const { shape } = parameter;
    if (name === 'model.shared.weight') parameter.assign(init.normal(shape, 0, width ** -0.5));
    if (name.endsWith('embed_positions.weight')) {
      parameter.assign(new SinusoidalPositions(shape[0]!, width).table);
    }
  }
}
