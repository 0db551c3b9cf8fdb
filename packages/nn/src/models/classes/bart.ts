/**
 * The classes of BART by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/bart
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { bart } from '../bart.ts';

/** BART without a head. */
export const BartModel = /* @__PURE__ */ modelClass(bart, 'base');
/** BART that turns one text into another. */
export const BartForConditionalGeneration = /* @__PURE__ */ modelClass(bart, 'Seq2SeqLM');
/** BART that classifies texts. */
export const BartForSequenceClassification = /* @__PURE__ */ modelClass(
  bart,
  'SequenceClassification',
);
/** BART that finds the answer in a text. */
export const BartForQuestionAnswering = /* @__PURE__ */ modelClass(bart, 'QuestionAnswering');
