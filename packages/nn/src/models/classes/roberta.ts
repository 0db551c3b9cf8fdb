/**
 * The classes of RoBERTa and XLM-RoBERTa by Python's names, for a page that runs no other family.
 *
 * @module @llm/nn/models/roberta
 */
import { modelClass } from '../../pretrained/model-class.ts';
import { roberta, xlmRoberta } from '../roberta.ts';

/** RoBERTa without a head. */
export const RobertaModel = /* @__PURE__ */ modelClass(roberta, 'base');
/** RoBERTa that fills in masked tokens. */
export const RobertaForMaskedLM = /* @__PURE__ */ modelClass(roberta, 'MaskedLM');
/** RoBERTa that classifies texts. */
export const RobertaForSequenceClassification = /* @__PURE__ */ modelClass(
  roberta,
  'SequenceClassification',
);
/** RoBERTa that classifies tokens. */
export const RobertaForTokenClassification = /* @__PURE__ */ modelClass(
  roberta,
  'TokenClassification',
);
/** RoBERTa that finds the answer in a text. */
export const RobertaForQuestionAnswering = /* @__PURE__ */ modelClass(roberta, 'QuestionAnswering');
/** RoBERTa that chooses among texts. */
export const RobertaForMultipleChoice = /* @__PURE__ */ modelClass(roberta, 'MultipleChoice');

/** XLM-RoBERTa without a head. */
export const XLMRobertaModel = /* @__PURE__ */ modelClass(xlmRoberta, 'base');
/** XLM-RoBERTa that fills in masked tokens. */
export const XLMRobertaForMaskedLM = /* @__PURE__ */ modelClass(xlmRoberta, 'MaskedLM');
/** XLM-RoBERTa that classifies texts. */
export const XLMRobertaForSequenceClassification = /* @__PURE__ */ modelClass(
  xlmRoberta,
  'SequenceClassification',
);
/** XLM-RoBERTa that classifies tokens. */
export const XLMRobertaForTokenClassification = /* @__PURE__ */ modelClass(
  xlmRoberta,
  'TokenClassification',
);
/** XLM-RoBERTa that finds the answer in a text. */
export const XLMRobertaForQuestionAnswering = /* @__PURE__ */ modelClass(
  xlmRoberta,
  'QuestionAnswering',
);
/** XLM-RoBERTa that chooses among texts. */
export const XLMRobertaForMultipleChoice = /* @__PURE__ */ modelClass(xlmRoberta, 'MultipleChoice');
