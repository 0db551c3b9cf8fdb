/**
 * M2M100 (Fan et al., 2020) and NLLB (2022): mBART with constant positions counted from behind the padding
 * token's number; after `modeling_m2m_100.py` of transformers 4.56.
 *
 * @module
 */
import { type Tensor, tensor } from '@llm/tensor';
import { defineFamily } from '../pretrained/family.ts';
import type { BartConfig } from './blocks/bart-layers.ts';
import {
  BartModel,
  type BartVariant,
  bartDefaults,
  bartLanguageModel,
} from './blocks/bart-model.ts';

const variant: BartVariant = {
  normFirst: true,
  embeddingNorm: false,
  positions: { kind: 'fixed after padding', table: fairseqSinusoids },
};

/**
 * All sines, then all cosines, of frequencies from 1 to 1/10000, both included (fairseq's layout); padding has
 * zeros.
 */
function fairseqSinusoids(rows: number, width: number, padding: number): Tensor {
  const half = Math.floor(width / 2);
  const table = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    if (row === padding) continue;
    for (let i = 0; i < half; i++) {
      const angle = row * Math.exp((-i * Math.log(10000)) / (half - 1));
      table[row * width + i] = Math.sin(angle);
      table[row * width + half + i] = Math.cos(angle);
    }
  }
  return tensor(table, [rows, width]);
}

/** M2M100 with and without its language-model head. */
export const m2m100 = defineFamily<BartConfig>({
  model_type: 'm2m_100',
  className: 'M2M100',
  prefix: 'model',
  defaults: {
    ...bartDefaults,
    model_type: 'm2m_100',
    vocab_size: 128112,
    activation_function: 'relu',
    attention_dropout: 0.1,
    scale_embedding: true,
    forced_eos_token_id: null,
  },
  rename: (name) => (/embed_positions\.weights?$/.test(name) ? undefined : name),
  tasks: {
    base: (config) => new BartModel(config, variant),
    Seq2SeqLM: (config) => bartLanguageModel(config, variant, false),
  },
});
