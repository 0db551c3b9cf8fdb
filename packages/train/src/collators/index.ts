export {
  type ChatCollatorOptions,
  type ChatTokenizer,
  dataCollatorForChat,
  type TrainingMessage,
} from './chat.ts';
export type { Batch, Collator, CollatorTokenizer, Features } from './collator.ts';
export { type DenoisingOptions, dataCollatorForDenoising } from './denoising.ts';
export { dataCollatorForElectra, type ElectraOptions } from './electra.ts';
export { ExampleError } from './example-error.ts';
export {
  dataCollatorForLanguageModeling,
  type LanguageModelingOptions,
} from './language-modeling.ts';
export {
  dataCollatorForPacking,
  type PackedExample,
  type PackOptions,
  packExamples,
} from './packing.ts';
export type { PaddingOptions } from './pad-features.ts';
export { dataCollatorWithPadding, defaultDataCollator } from './padding.ts';
export { type SentencePairOptions, sentencePairs } from './sentence-pairs.ts';
export { dataCollatorForSeq2Seq } from './seq2seq.ts';
export { dataCollatorForSpanCorruption, type SpanCorruptionOptions } from './span-corruption.ts';
export {
  type BatchEncoder,
  dataCollatorWithTokenizer,
  type EncodedTexts,
  type EncoderPool,
  type TokenizeSettings,
  type TokenizingOptions,
} from './tokenizing.ts';
