/**
 * The classes of Qwen 3 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/qwen3
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { qwen3 } from '../qwen3.ts';

/** Qwen 3 without a head. */
export const Qwen3Model = /* @__PURE__ */ modelClass(qwen3, 'base');
/** Qwen 3 that continues texts. */
export const Qwen3ForCausalLM = /* @__PURE__ */ modelClass(qwen3, 'CausalLM');
/** Qwen 3 that classifies texts. */
export const Qwen3ForSequenceClassification = /* @__PURE__ */ modelClass(
  qwen3,
  'SequenceClassification',
);
/** Qwen 3 that classifies tokens. */
export const Qwen3ForTokenClassification = /* @__PURE__ */ modelClass(qwen3, 'TokenClassification');
/** Qwen 3 that finds the answer in a text. */
export const Qwen3ForQuestionAnswering = /* @__PURE__ */ modelClass(qwen3, 'QuestionAnswering');
