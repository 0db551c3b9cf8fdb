/**
 * The classes of GPT-2 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/gpt2
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { gpt2 } from '../gpt2.ts';

/** GPT-2 without a head. */
export const GPT2Model = /* @__PURE__ */ modelClass(gpt2, 'base');
/** GPT-2 that continues texts. */
export const GPT2LMHeadModel = /* @__PURE__ */ modelClass(gpt2, 'CausalLM');
/** GPT-2 that classifies texts. */
export const GPT2ForSequenceClassification = /* @__PURE__ */ modelClass(
  gpt2,
  'SequenceClassification',
);
/** GPT-2 that classifies tokens. */
export const GPT2ForTokenClassification = /* @__PURE__ */ modelClass(gpt2, 'TokenClassification');
/** GPT-2 that finds the answer in a text. */
export const GPT2ForQuestionAnswering = /* @__PURE__ */ modelClass(gpt2, 'QuestionAnswering');
