/**
 * mBART (Liu et al., 2020): BART with norms before each sublayer, whose target texts begin with their
 * language; after `modeling_mbart.py` of transformers 4.56.
 *
 * @module
 */
import { arange, type Tensor } from '@llm/tensor';
import { defineFamily } from '../pretrained/family.ts';
import { shiftRight } from '../tasks/seq2seq-lm.ts';
import type { BartConfig } from './blocks/bart-layers.ts';
import {
  BartModel,
  type BartVariant,
  bartDefaults,
  bartLanguageModel,
  bartReader,
} from './blocks/bart-model.ts';
import { textClassification, textQuestionAnswering } from './blocks/seq2seq-heads.ts';

/** `config.json` of mBART. */
export type MBartConfig = BartConfig;

const variant: BartVariant = {
  normFirst: true,
  embeddingNorm: true,
  positions: { kind: 'learned', offset: 2 },
};

/** The last token that is not padding (the language) to the front, all others one place later. */
function rotate(labels: Tensor, pad: number): Tensor {
  const places = arange(labels.shape[1]!);
  const last = places.mul(labels.ne(pad).to('i32')).max(1, true); // [batch, 1]
  return shiftRight(labels, labels.mul(places.eq(last)).sum(1, true));
}

const rotation = (config: MBartConfig) => (ids: Tensor) => rotate(ids, config.pad_token_id ?? 1);
const reader = (config: MBartConfig) => bartReader(config, variant, rotation(config));

/** mBART and its heads. */
export const mbart = defineFamily<MBartConfig>({
  model_type: 'mbart',
  className: 'MBart',
  prefix: 'model',
  defaults: { ...bartDefaults, model_type: 'mbart' },
  tasks: {
    base: (config) => new BartModel(config, variant),
    Seq2SeqLM: (config) => bartLanguageModel(config, variant, true, rotation(config)),
    SequenceClassification: (config) => textClassification(config, reader(config)),
    QuestionAnswering: (config) => textQuestionAnswering(config, reader(config)),
  },
});
