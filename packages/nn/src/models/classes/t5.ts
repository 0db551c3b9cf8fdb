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

/** T5 without a head. */
export const T5Model = /* @__PURE__ */ modelClass(t5, 'base');
/** T5 that turns one text into another. */
export const T5ForConditionalGeneration = /* @__PURE__ */ modelClass(t5, 'Seq2SeqLM');
