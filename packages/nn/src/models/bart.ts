/**
 * BART (Lewis et al., 2019): norms after each sublayer; after `modeling_bart.py` of transformers 4.56.
 *
 * @module
 */
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
  embeddingNorm: true,
  positions: { kind: 'learned', offset: 2 },
};

/** BART with and without its language-model head. */
export const bart = defineFamily<BartConfig>({
  model_type: 'bart',
  className: 'Bart',
  prefix: 'model',
  defaults: { ...bartDefaults, model_type: 'bart' },
  tasks: {
    base: (config) => new BartModel(config, variant),
    Seq2SeqLM: (config) => bartLanguageModel(config, variant, true),
  },
});
