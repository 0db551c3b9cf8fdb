/**
 * The classes of Gemma 2 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/gemma2
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { gemma2 } from '../gemma2.ts';

/** Gemma 2 without a head. */
export const Gemma2Model = /* @__PURE__ */ modelClass(gemma2, 'base');
/** Gemma 2 that continues texts. */
export const Gemma2ForCausalLM = /* @__PURE__ */ modelClass(gemma2, 'CausalLM');
/** Gemma 2 that classifies texts. */
export const Gemma2ForSequenceClassification = /* @__PURE__ */ modelClass(
  gemma2,
  'SequenceClassification',
);
/** Gemma 2 that classifies tokens. */
export const Gemma2ForTokenClassification = /* @__PURE__ */ modelClass(
  gemma2,
  'TokenClassification',
);
