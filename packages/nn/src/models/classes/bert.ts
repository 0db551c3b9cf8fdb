/**
 * The classes of BERT by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/bert
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { bert } from '../bert.ts';

/** BERT without a head. */
export const BertModel = /* @__PURE__ */ modelClass(bert, 'base');
/** BERT that fills in masked tokens. */
export const BertForMaskedLM = /* @__PURE__ */ modelClass(bert, 'MaskedLM');
/** BERT with the heads of its pre-training. */
export const BertForPreTraining = /* @__PURE__ */ modelClass(bert, 'PreTraining');
/** BERT that classifies texts. */
export const BertForSequenceClassification = /* @__PURE__ */ modelClass(
  bert,
  'SequenceClassification',
);
/** BERT that classifies tokens. */
export const BertForTokenClassification = /* @__PURE__ */ modelClass(bert, 'TokenClassification');
/** BERT that finds the answer in a text. */
export const BertForQuestionAnswering = /* @__PURE__ */ modelClass(bert, 'QuestionAnswering');
/** BERT that chooses among texts. */
export const BertForMultipleChoice = /* @__PURE__ */ modelClass(bert, 'MultipleChoice');
/** BERT that tells whether one text follows another. */
export const BertForNextSentencePrediction = /* @__PURE__ */ modelClass(
  bert,
  'NextSentencePrediction',
);
