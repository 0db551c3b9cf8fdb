/**
 * The classes of mBART by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/mbart
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { mbart } from '../mbart.ts';

/** mBART without a head. */
export const MBartModel = /* @__PURE__ */ modelClass(mbart, 'base');
/** mBART that turns one text into another. */
export const MBartForConditionalGeneration = /* @__PURE__ */ modelClass(mbart, 'Seq2SeqLM');
/** mBART that classifies texts. */
export const MBartForSequenceClassification = /* @__PURE__ */ modelClass(
  mbart,
  'SequenceClassification',
);
/** mBART that finds the answer in a text. */
export const MBartForQuestionAnswering = /* @__PURE__ */ modelClass(mbart, 'QuestionAnswering');
