/**
 * The classes of Phi-3 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/phi3
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { phi3 } from '../phi3.ts';

/** Phi-3 without a head. */
export const Phi3Model = /* @__PURE__ */ modelClass(phi3, 'base');
/** Phi-3 that continues texts. */
export const Phi3ForCausalLM = /* @__PURE__ */ modelClass(phi3, 'CausalLM');
/** Phi-3 that classifies texts. */
export const Phi3ForSequenceClassification = /* @__PURE__ */ modelClass(
  phi3,
  'SequenceClassification',
);
/** Phi-3 that classifies tokens. */
export const Phi3ForTokenClassification = /* @__PURE__ */ modelClass(phi3, 'TokenClassification');
