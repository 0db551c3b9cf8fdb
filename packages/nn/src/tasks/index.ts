export { type CacheShape, CausalLM, type DecoderBase } from './causal-lm.ts';
export { type Base, type HeadParts, ModelWithHead } from './head.ts';
export { MaskedLM } from './masked-lm.ts';
export { MultipleChoice } from './multiple-choice.ts';
export { NextSentencePrediction } from './next-sentence-prediction.ts';
export { QuestionAnswering } from './question-answering.ts';
export { type Seq2SeqBase, Seq2SeqLM, type Seq2SeqParts } from './seq2seq-lm.ts';
export { SequenceClassification } from './sequence-classification.ts';
export { TokenClassification } from './token-classification.ts';
