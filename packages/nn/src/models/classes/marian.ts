/**
 * The classes of Marian by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/marian
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { marian } from '../marian.ts';

/** Marian without a head. */
export const MarianModel = /* @__PURE__ */ modelClass(marian, 'base');
/** Marian that turns one text into another. */
export const MarianMTModel = /* @__PURE__ */ modelClass(marian, 'Seq2SeqLM');
