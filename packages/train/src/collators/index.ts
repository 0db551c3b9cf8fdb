export type { Batch, Collator, CollatorTokenizer, Features } from './collator.ts';
export {
  dataCollatorForLanguageModeling,
  type LanguageModelingOptions,
} from './language-modeling.ts';
export type { PaddingOptions } from './pad-features.ts';
export { dataCollatorWithPadding, defaultDataCollator } from './padding.ts';
export { dataCollatorForSeq2Seq } from './seq2seq.ts';
