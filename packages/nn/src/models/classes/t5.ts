/**
 * The classes of mT5 and T5 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/t5
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { mt5, t5 } from '../t5.ts';

/** mT5 without a head. */
export const MT5Model = /* @__PURE__ */ modelClass(mt5, 'base');
/** mT5 that turns one text into another. */
export const MT5ForConditionalGeneration = /* @__PURE__ */ modelClass(mt5, 'Seq2SeqLM');
/** The encoder of mT5. */
export const MT5EncoderModel = /* @__PURE__ */ modelClass(mt5, 'TextEncoding');
/** mT5 that classifies texts. */
export const MT5ForSequenceClassification = /* @__PURE__ */ modelClass(
  mt5,
  'SequenceClassification',
);
/** mT5 that classifies tokens. */
export const MT5ForTokenClassification = /* @__PURE__ */ modelClass(mt5, 'TokenClassification');
/** mT5 that finds the answer in a text. */
export const MT5ForQuestionAnswering = /* @__PURE__ */ modelClass(mt5, 'QuestionAnswering');

/** T5 without a head. */
export const T5Model = /* @__PURE__ */ modelClass(t5, 'base');
/** T5 that turns one text into another. */
export const T5ForConditionalGeneration = /* @__PURE__ */ modelClass(t5, 'Seq2SeqLM');
/** The encoder of T5. */
export const T5EncoderModel = /* @__PURE__ */ modelClass(t5, 'TextEncoding');
/** T5 that classifies texts. */
export const T5ForSequenceClassification = /* @__PURE__ */ modelClass(t5, 'SequenceClassification');
/** T5 that classifies tokens. */
export const T5ForTokenClassification = /* @__PURE__ */ modelClass(t5, 'TokenClassification');
/** T5 that finds the answer in a text. */
export const T5ForQuestionAnswering = /* @__PURE__ */ modelClass(t5, 'QuestionAnswering');
