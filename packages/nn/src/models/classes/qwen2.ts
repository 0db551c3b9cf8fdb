/**
 * The classes of Qwen 2 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/qwen2
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { qwen2 } from '../qwen2.ts';

/** Qwen 2 without a head. */
export const Qwen2Model = /* @__PURE__ */ modelClass(qwen2, 'base');
/** Qwen 2 that continues texts. */
export const Qwen2ForCausalLM = /* @__PURE__ */ modelClass(qwen2, 'CausalLM');
/** Qwen 2 that classifies texts. */
export const Qwen2ForSequenceClassification = /* @__PURE__ */ modelClass(
  qwen2,
  'SequenceClassification',
);
/** Qwen 2 that classifies tokens. */
export const Qwen2ForTokenClassification = /* @__PURE__ */ modelClass(qwen2, 'TokenClassification');
/** Qwen 2 that finds the answer in a text. */
export const Qwen2ForQuestionAnswering = /* @__PURE__ */ modelClass(qwen2, 'QuestionAnswering');
