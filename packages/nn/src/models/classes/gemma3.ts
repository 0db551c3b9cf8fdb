/**
 * The classes of Gemma 3 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/gemma3
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { gemma3 } from '../gemma3.ts';

/** Gemma 3 without a head. */
export const Gemma3TextModel = /* @__PURE__ */ modelClass(gemma3, 'base');
/** Gemma 3 that continues texts. */
export const Gemma3ForCausalLM = /* @__PURE__ */ modelClass(gemma3, 'CausalLM');
