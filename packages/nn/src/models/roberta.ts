/**
 * RoBERTa (Liu et al., 2019) and XLM-RoBERTa (Conneau et al., 2019): BERT with positions counted from behind the
 * padding token's number; after `modeling_roberta.py` of transformers 4.56.
 *
 * @module
 */
import { commonDefaults } from '../pretrained/config.ts';
import { defineFamily, type Family } from '../pretrained/family.ts';
import { withoutPositionIds } from '../pretrained/names.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import { MaskedLM } from '../tasks/masked-lm.ts';
import { SequenceClassification } from '../tasks/sequence-classification.ts';
import {
  type BertEncoderConfig,
  bertEncoderDefaults,
  checkBertConfig,
} from './blocks/bert-encoder.ts';
import { BertModel } from './blocks/bert-model.ts';
import { FirstTokenClassifier, outputTable, VocabularyHead } from './blocks/encoder-heads.ts';
import { multipleChoice, questionAnswering, tokenClassification } from './blocks/encoder-tasks.ts';

const prefix = 'roberta';

const parts = (config: BertEncoderConfig, pooler: boolean) => ({
  prefix,
  base: new BertModel(config, { pooler, positionsAfter: config.pad_token_id ?? 1 }),
  width: config.hidden_size,
  dropout: config.classifier_dropout ?? config.hidden_dropout_prob,
});

const tasks: Family<BertEncoderConfig>['tasks'] = {
  base: (config) => parts(config, true).base,
  MaskedLM: (config) => {
    const { base, width } = parts(config, false);
    const table = outputTable(config, base.embeddings.word_embeddings.weight);
    const lm_head = new VocabularyHead(width, width, config.layer_norm_eps, 'gelu', table);
    const logits = ({ last_hidden_state }: BaseOutput) => lm_head.forward(last_hidden_state);
    return new MaskedLM(config, { prefix, base, head: { lm_head }, logits });
  },
  SequenceClassification: (config) => {
    const { base, width, dropout } = parts(config, false);
    const classifier = new FirstTokenClassifier(width, config.num_labels, dropout, 'tanh');
    const logits = ({ last_hidden_state }: BaseOutput) => classifier.forward(last_hidden_state);
    return new SequenceClassification(config, { prefix, base, head: { classifier }, logits });
  },
  TokenClassification: (config) => tokenClassification(config, parts(config, false)),
  QuestionAnswering: (config) => questionAnswering(config, { ...parts(config, false), dropout: 0 }),
  MultipleChoice: (config) =>
    multipleChoice(config, { ...parts(config, true), dropout: config.hidden_dropout_prob }),
};

const shared = {
  prefix,
  resolve: checkBertConfig,
  rename: withoutPositionIds,
  tasks,
} satisfies Partial<Family<BertEncoderConfig>>;

const defaults = {
  ...commonDefaults,
  ...bertEncoderDefaults,
  pad_token_id: 1,
  bos_token_id: 0,
  eos_token_id: 2,
};

/** RoBERTa and its heads. */
export const roberta = defineFamily<BertEncoderConfig>({
  ...shared,
  model_type: 'roberta',
  className: 'Roberta',
  defaults: { ...defaults, model_type: 'roberta', vocab_size: 50265 },
});

/** XLM-RoBERTa and its heads. */
export const xlmRoberta = defineFamily<BertEncoderConfig>({
  ...shared,
  model_type: 'xlm-roberta',
  className: 'XLMRoberta',
  defaults: { ...defaults, model_type: 'xlm-roberta' },
});
