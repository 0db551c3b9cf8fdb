/**
 * The classes of Gemma 3 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/gemma3
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { gemma3 } from '../gemma3.ts';

/** Gemma 3 without a head. */
export const Gemma3Model = /* @__PURE__ */ modelClass(gemma3, 'base');
/** Gemma 3 that continues texts. */
export const Gemma3ForCausalLM = /* @__PURE__ */ modelClass(gemma3, 'CausalLM');
/** Gemma 3 that classifies texts. */
export const Gemma3ForSequenceClassification = /* @__PURE__ */ modelClass(
  gemma3,
  'SequenceClassification',
);
/** Gemma 3 that classifies tokens. */
export const Gemma3ForTokenClassification = /* @__PURE__ */ modelClass(
  gemma3,
  'TokenClassification',
);
/** Gemma 3 that finds the answer in a text. */
export const Gemma3ForQuestionAnswering = /* @__PURE__ */ modelClass(gemma3, 'QuestionAnswering');
