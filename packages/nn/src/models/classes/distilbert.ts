/**
 * The classes of DistilBERT by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/distilbert
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { distilbert } from '../distilbert.ts';

/** DistilBERT without a head. */
export const DistilBertModel = /* @__PURE__ */ modelClass(distilbert, 'base');
/** DistilBERT that fills in masked tokens. */
export const DistilBertForMaskedLM = /* @__PURE__ */ modelClass(distilbert, 'MaskedLM');
/** DistilBERT that classifies texts. */
export const DistilBertForSequenceClassification = /* @__PURE__ */ modelClass(
  distilbert,
  'SequenceClassification',
);
/** DistilBERT that chooses among texts. */
export const DistilBertForMultipleChoice = /* @__PURE__ */ modelClass(distilbert, 'MultipleChoice');
/** DistilBERT that classifies tokens. */
export const DistilBertForTokenClassification = /* @__PURE__ */ modelClass(
  distilbert,
  'TokenClassification',
);
/** DistilBERT that finds the answer in a text. */
export const DistilBertForQuestionAnswering = /* @__PURE__ */ modelClass(
  distilbert,
  'QuestionAnswering',
);
