/**
 * The classes of M2M100 by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/m2m100
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { m2m100 } from '../m2m100.ts';

/** M2M100 without a head. */
export const M2M100Model = /* @__PURE__ */ modelClass(m2m100, 'base');
/** M2M100 that turns one text into another. */
export const M2M100ForConditionalGeneration = /* @__PURE__ */ modelClass(m2m100, 'Seq2SeqLM');
