/**
 * Hugging Face tokenizers, exactly, and trained here too. Everything that not every page needs is
 * loaded by the first call that does: components, the reading of files, chat templates, trainers.
 *
 * @module @llm/tokenizers
 */
export {
  type AddedToken,
  AddedVocabulary,
  type Segment,
  type VisitSegment,
} from './added-vocabulary.ts';
export { AlignedText, type Change } from './aligned-text.ts';
export * from './chat/index.ts';
export type { Decoder } from './decoders/decoder.ts';
export { Encoding, type Offsets, type Padding, type Side, type TokenPlaces } from './encoding.ts';
export type { TokenLists } from './encoding-lists.ts';
export { TokenizerFileError } from './json/error.ts';
export type { Json, JsonFloat, JsonWritable } from './json/fields.ts';
export type { TokenModel, TokenSpans, TokenWidths } from './models/model.ts';
export type { Normalizer } from './normalizers/normalizer.ts';
export { PatternError } from './pattern/error.ts';
export { TokenizerPoolError } from './pool/error.ts';
export { startTokenizerPool, tokenizerWorkerSource } from './pool/index.ts';
export type { TokenizerPool, TokenizerPoolOptions } from './pool/tokenizer-pool.ts';
export type { PostProcessor } from './post-processors/post-processor.ts';
export type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizers/pre-tokenizer.ts';
export { AutoTokenizer, type FromPretrainedOptions } from './pretrained/auto-tokenizer.ts';
export {
  createTokenizer,
  type PreTrainedTokenizer,
  type TokenizeFunction,
} from './pretrained/create-tokenizer.ts';
export { DecodeStream } from './pretrained/decode-stream.ts';
export type {
  BatchEncoding,
  DecodeOptions,
  EncodeOptions,
  TokenizeOptions,
} from './pretrained/options.ts';
export { PreTrainedTokenizerBase } from './pretrained/pretrained-tokenizer.ts';
export { SpecialTokenRoles } from './pretrained/special-token-roles.ts';
export type { SpecialRole } from './pretrained/special-tokens.ts';
export { TextPipeline, type TokenizerParts } from './text-pipeline.ts';
export {
  type OffsetUnit,
  Tokenizer,
  type TokenizerEncodeOptions,
  type TokenizerInput,
} from './tokenizer.ts';
export { trainByteLevelBPE, trainTokenizer } from './training/index.ts';
export type {
  CommonTrainingOptions,
  ComponentOption,
  MergingOptions,
  TrainBPEOptions,
  TrainTokenizerOptions,
  TrainUnigramOptions,
  TrainWordLevelOptions,
  TrainWordPieceOptions,
} from './training/options.ts';
export type { TrainingProgress } from './training/progress.ts';
export type { TrainByteLevelBPEOptions } from './training/train-byte-level-bpe.ts';
export type { Truncation, TruncationStrategy } from './truncation.ts';
