/**
 * The classes of ELECTRA by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/electra
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { electra } from '../electra.ts';

/** ELECTRA without a head. */
export const ElectraModel = /* @__PURE__ */ modelClass(electra, 'base');
/** ELECTRA that fills in masked tokens. */
export const ElectraForMaskedLM = /* @__PURE__ */ modelClass(electra, 'MaskedLM');
/** ELECTRA that tells which tokens were replaced. */
export const ElectraForPreTraining = /* @__PURE__ */ modelClass(electra, 'PreTraining');
/** ELECTRA that classifies texts. */
export const ElectraForSequenceClassification = /* @__PURE__ */ modelClass(
  electra,
  'SequenceClassification',
);
/** ELECTRA that classifies tokens. */
export const ElectraForTokenClassification = /* @__PURE__ */ modelClass(
  electra,
  'TokenClassification',
);
/** ELECTRA that finds the answer in a text. */
export const ElectraForQuestionAnswering = /* @__PURE__ */ modelClass(electra, 'QuestionAnswering');
/** ELECTRA that chooses among texts. */
export const ElectraForMultipleChoice = /* @__PURE__ */ modelClass(electra, 'MultipleChoice');
