/**
 * The classes of MPNet by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/mpnet
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { mpnet } from '../mpnet.ts';

/** MPNet without a head. */
export const MPNetModel = /* @__PURE__ */ modelClass(mpnet, 'base');
/** MPNet that fills in masked tokens. */
export const MPNetForMaskedLM = /* @__PURE__ */ modelClass(mpnet, 'MaskedLM');
/** MPNet that classifies texts. */
export const MPNetForSequenceClassification = /* @__PURE__ */ modelClass(
  mpnet,
  'SequenceClassification',
);
/** MPNet that classifies tokens. */
export const MPNetForTokenClassification = /* @__PURE__ */ modelClass(mpnet, 'TokenClassification');
/** MPNet that finds the answer in a text. */
export const MPNetForQuestionAnswering = /* @__PURE__ */ modelClass(mpnet, 'QuestionAnswering');
/** MPNet that chooses among texts. */
export const MPNetForMultipleChoice = /* @__PURE__ */ modelClass(mpnet, 'MultipleChoice');
