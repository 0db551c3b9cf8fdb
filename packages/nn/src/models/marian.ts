/**
 * Marian (Junczys-Dowmunt et al., 2018): BART with constant positions; decoders start with the padding token.
 * After `modeling_marian.py` of transformers 4.56.
 *
 * @module
 */

import { SinusoidalPositions } from '../layers/positions.ts';
import { supportOnly } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import type { BartConfig } from './blocks/bart-layers.ts';
import {
  BartModel,
  type BartVariant,
  bartDefaults,
  bartLanguageModel,
} from './blocks/bart-model.ts';

const variant: BartVariant = {
  normFirst: false,
  embeddingNorm: false,
  positions: {
    kind: 'fixed',
    table: (rows, width) => new SinusoidalPositions(rows, width, { layout: 'halves' }).table,
  },
};

/** Marian with and without its language-model head. */
export const marian = defineFamily<BartConfig>({
  model_type: 'marian',
  className: 'Marian',
  prefix: 'model',
  defaults: {
    ...bartDefaults,
    model_type: 'marian',
    vocab_size: 58101,
    pad_token_id: 58100,
    bos_token_id: null,
    eos_token_id: 0,
    decoder_start_token_id: 58100,
    forced_eos_token_id: 0,
  },
  resolve: (config) => {
    supportOnly(config, 'share_encoder_decoder_embeddings', true, undefined);
    supportOnly(config, 'static_position_embeddings', true, undefined);
    return config;
  },
  // Older checkpoints store the constant positions.
  rename: (name) => (name.endsWith('embed_positions.weight') ? undefined : name),
  tasks: {
    base: (config) => new BartModel(config, variant),
    Seq2SeqLM: (config) => bartLanguageModel(config, variant, true),
  },
});
