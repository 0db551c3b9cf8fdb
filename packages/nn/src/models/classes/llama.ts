/**
 * The classes of Llama by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/llama
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { llama } from '../llama.ts';

/** Llama without a head. */
export const LlamaModel = /* @__PURE__ */ modelClass(llama, 'base');
/** Llama that continues texts. */
export const LlamaForCausalLM = /* @__PURE__ */ modelClass(llama, 'CausalLM');
/** Llama that classifies texts. */
export const LlamaForSequenceClassification = /* @__PURE__ */ modelClass(
  llama,
  'SequenceClassification',
);
/** Llama that classifies tokens. */
export const LlamaForTokenClassification = /* @__PURE__ */ modelClass(llama, 'TokenClassification');
/** Llama that finds the answer in a text. */
export const LlamaForQuestionAnswering = /* @__PURE__ */ modelClass(llama, 'QuestionAnswering');
