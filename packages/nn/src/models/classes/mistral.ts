/**
 * The classes of Mistral by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/mistral
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { mistral } from '../mistral.ts';

/** Mistral without a head. */
export const MistralModel = /* @__PURE__ */ modelClass(mistral, 'base');
/** Mistral that continues texts. */
export const MistralForCausalLM = /* @__PURE__ */ modelClass(mistral, 'CausalLM');
/** Mistral that classifies texts. */
export const MistralForSequenceClassification = /* @__PURE__ */ modelClass(
  mistral,
  'SequenceClassification',
);
/** Mistral that classifies tokens. */
export const MistralForTokenClassification = /* @__PURE__ */ modelClass(
  mistral,
  'TokenClassification',
);
/** Mistral that finds the answer in a text. */
export const MistralForQuestionAnswering = /* @__PURE__ */ modelClass(mistral, 'QuestionAnswering');
