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
  bartReader,
  bartShift,
} from './blocks/bart-model.ts';
import { textClassification, textQuestionAnswering } from './blocks/seq2seq-heads.ts';

const variant: BartVariant = {
  normFirst: false,
  embeddingNorm: true,
  positions: { kind: 'learned', offset: 2 },
};

const reader = (config: BartConfig) => bartReader(config, variant, bartShift(config));

/** BART and its heads. */
export const bart = defineFamily<BartConfig>({
  model_type: 'bart',
  className: 'Bart',
  prefix: 'model',
  defaults: { ...bartDefaults, model_type: 'bart' },
  tasks: {
    base: (config) => new BartModel(config, variant),
    Seq2SeqLM: (config) => bartLanguageModel(config, variant, true),
    SequenceClassification: (config) => textClassification(config, reader(config)),
    QuestionAnswering: (config) => textQuestionAnswering(config, reader(config)),
  },
});
