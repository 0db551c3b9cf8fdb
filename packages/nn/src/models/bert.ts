/**
 * BERT (Devlin et al., 2018), after `modeling_bert.py` of transformers 4.56.
 *
 * @module
 */
import { linear, type Tensor, Variable, zeros } from '@llm/tensor';
import { activationOf } from '../layers/activations.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { Module } from '../module/module.ts';
import { commonDefaults } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import { withoutPositionIds } from '../pretrained/names.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import { MaskedLM } from '../tasks/masked-lm.ts';
import { NextSentencePrediction } from '../tasks/next-sentence-prediction.ts';
import { MaskedAndNextSentence } from '../tasks/pre-training.ts';
import { SequenceClassification } from '../tasks/sequence-classification.ts';
import {
  type BertEncoderConfig,
  bertEncoderDefaults,
  checkBertConfig,
} from './blocks/bert-encoder.ts';
import { BertModel } from './blocks/bert-model.ts';
import { dropoutThenLinear, outputTable } from './blocks/encoder-heads.ts';
import { multipleChoice, questionAnswering, tokenClassification } from './blocks/encoder-tasks.ts';

/** norm(f(dense x)) · Eᵀ + bias under BERT's names. */
class Predictions extends Module {
  readonly bias: Variable;
  readonly transform: { readonly dense: Linear; readonly LayerNorm: LayerNorm };
  readonly decoder: { readonly weight: Variable; readonly bias: Variable };

  constructor(
    readonly config: BertEncoderConfig,
    table: Variable,
  ) {
    super();
    const { hidden_size, layer_norm_eps } = config;
    this.bias = new Variable(zeros([config.vocab_size]));
    this.transform = {
      dense: new Linear(hidden_size, hidden_size),
      LayerNorm: new LayerNorm(hidden_size, { eps: layer_norm_eps }),
    };
    this.decoder = { weight: outputTable(config, table), bias: this.bias };
  }

  forward(x: Tensor): Tensor {
    const { dense, LayerNorm: norm } = this.transform;
    const y = norm.forward(activationOf(this.config.hidden_act)(dense.forward(x)));
    return linear(y, this.decoder.weight, this.bias);
  }
}

const prefix = 'bert';
const parts = (config: BertEncoderConfig, pooler: boolean) => ({
  prefix,
  base: new BertModel(config, { pooler }),
  width: config.hidden_size,
  dropout: config.classifier_dropout ?? config.hidden_dropout_prob,
});

/** BERT and its heads. */
export const bert = defineFamily<BertEncoderConfig>({
  model_type: 'bert',
  className: 'Bert',
  prefix,
  defaults: { ...commonDefaults, ...bertEncoderDefaults, model_type: 'bert', pad_token_id: 0 },
  resolve: checkBertConfig,
  rename: withoutPositionIds,
  tasks: {
    base: (config) => parts(config, true).base,
    MaskedLM: (config) => {
      const { base } = parts(config, false);
      const predictions = new Predictions(config, base.embeddings.word_embeddings.weight);
      const logits = ({ last_hidden_state }: BaseOutput) => predictions.forward(last_hidden_state);
      return new MaskedLM(config, { prefix, base, head: { cls: { predictions } }, logits });
    },
    SequenceClassification: (config) => {
      const { base, width, dropout } = parts(config, true);
      const { head, score } = dropoutThenLinear(width, config.num_labels, dropout);
      const logits = ({ pooler_output }: BaseOutput) => score(pooler_output!);
      return new SequenceClassification(config, { prefix, base, head, logits });
    },
    TokenClassification: (config) => tokenClassification(config, parts(config, false)),
    QuestionAnswering: (config) =>
      questionAnswering(config, { ...parts(config, false), dropout: 0 }),
    MultipleChoice: (config) => multipleChoice(config, parts(config, true)),
    PreTraining: (config) => {
      const { base } = parts(config, true);
      const predictions = new Predictions(config, base.embeddings.word_embeddings.weight);
      const seq_relationship = new Linear(config.hidden_size, 2);
      const logits = ({ last_hidden_state }: BaseOutput) => predictions.forward(last_hidden_state);
      const head = { cls: { predictions, seq_relationship } };
      const follows = ({ pooler_output }: BaseOutput) => seq_relationship.forward(pooler_output!);
      return new MaskedAndNextSentence(config, { prefix, base, head, logits }, follows);
    },
    NextSentencePrediction: (config) => {
      const seq_relationship = new Linear(config.hidden_size, 2);
      const { base } = parts(config, true);
      const logits = ({ pooler_output }: BaseOutput) => seq_relationship.forward(pooler_output!);
      const head = { cls: { seq_relationship } };
      return new NextSentencePrediction(config, { prefix, base, head, logits });
    },
  },
});
