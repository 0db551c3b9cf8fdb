/**
 * ELECTRA (Clark et al., 2020): BERT whose embeddings may be narrower than its layers; after
 * `modeling_electra.py` of transformers 4.56.
 *
 * @module
 */
import { linear, Variable, zeros } from '@llm/tensor';
import { type ActivationName, activationOf } from '../layers/activations.ts';
import { Dropout } from '../layers/dropout.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { commonDefaults, supportOnly } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import { withoutPositionIds } from '../pretrained/names.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import { MaskedLM } from '../tasks/masked-lm.ts';
import { MultipleChoice } from '../tasks/multiple-choice.ts';
import { ReplacedTokens } from '../tasks/pre-training.ts';
import { SequenceClassification } from '../tasks/sequence-classification.ts';
import {
  type BertEncoderConfig,
  bertEncoderDefaults,
  checkBertConfig,
} from './blocks/bert-encoder.ts';
import { BertModel } from './blocks/bert-model.ts';
import { FirstTokenClassifier, outputTable } from './blocks/encoder-heads.ts';
import { questionAnswering, tokenClassification } from './blocks/encoder-tasks.ts';

/** `config.json` of ELECTRA. */
export interface ElectraConfig extends BertEncoderConfig {
  readonly embedding_size: number;
  readonly summary_activation: ActivationName;
  readonly summary_last_dropout: number;
}

const prefix = 'electra';

const parts = (config: ElectraConfig) => ({
  prefix,
  base: new BertModel(config, { pooler: false, embeddingSize: config.embedding_size }),
  width: config.hidden_size,
  dropout: config.classifier_dropout ?? config.hidden_dropout_prob,
});

/** ELECTRA and its heads; a masked language model is the generator, all else the discriminator. */
export const electra = defineFamily<ElectraConfig>({
  model_type: 'electra',
  className: 'Electra',
  prefix,
  defaults: {
    ...commonDefaults,
    ...bertEncoderDefaults,
    model_type: 'electra',
    embedding_size: 128,
    hidden_size: 256,
    num_attention_heads: 4,
    intermediate_size: 1024,
    summary_activation: 'gelu',
    summary_last_dropout: 0.1,
    pad_token_id: 0,
  },
  resolve: (config) => {
    supportOnly(config, 'summary_type', 'first', undefined);
    supportOnly(config, 'summary_use_proj', true, undefined);
    return checkBertConfig(config);
  },
  rename: withoutPositionIds,
  tasks: {
    base: (config) => parts(config).base,
    MaskedLM: (config) => {
      const { base, width } = parts(config);
      const generator_predictions = {
        LayerNorm: new LayerNorm(config.embedding_size, { eps: config.layer_norm_eps }),
        dense: new Linear(width, config.embedding_size),
      };
      const generator_lm_head = {
        weight: outputTable(config, base.embeddings.word_embeddings.weight),
        bias: new Variable(zeros([config.vocab_size])),
      };
      const logits = ({ last_hidden_state }: BaseOutput) => {
        const { dense, LayerNorm: norm } = generator_predictions;
        const x = norm.forward(activationOf('gelu')(dense.forward(last_hidden_state)));
        return linear(x, generator_lm_head.weight, generator_lm_head.bias);
      };
      const head = { generator_predictions, generator_lm_head };
      return new MaskedLM(config, { prefix, base, head, logits });
    },
    PreTraining: (config) => {
      const { base, width } = parts(config);
      const dense = new Linear(width, width);
      const dense_prediction = new Linear(width, 1);
      const logits = ({ last_hidden_state }: BaseOutput) => {
        const x = activationOf(config.hidden_act)(dense.forward(last_hidden_state));
        return dense_prediction.forward(x).squeeze(-1);
      };
      const head = { discriminator_predictions: { dense, dense_prediction } };
      return new ReplacedTokens(config, { prefix, base, head, logits });
    },
    SequenceClassification: (config) => {
      const { base, width, dropout } = parts(config);
      const classifier = new FirstTokenClassifier(width, config.num_labels, dropout, 'gelu');
      const logits = ({ last_hidden_state }: BaseOutput) => classifier.forward(last_hidden_state);
      return new SequenceClassification(config, { prefix, base, head: { classifier }, logits });
    },
    TokenClassification: (config) => tokenClassification(config, parts(config)),
    QuestionAnswering: (config) => questionAnswering(config, { ...parts(config), dropout: 0 }),
    MultipleChoice: (config) => {
      const { base, width } = parts(config);
      const summary = new Linear(width, width);
      const dropout = new Dropout(config.summary_last_dropout);
      const classifier = new Linear(width, 1);
      const logits = ({ last_hidden_state }: BaseOutput) => {
        const first = summary.forward(last_hidden_state.slice(null, 0));
        return classifier.forward(dropout.forward(activationOf(config.summary_activation)(first)));
      };
      const head = { sequence_summary: { summary }, dropout, classifier };
      return new MultipleChoice(config, { prefix, base, head, logits });
    },
  },
});
