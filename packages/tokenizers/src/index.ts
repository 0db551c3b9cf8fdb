/**
 * Hugging Face tokenizers, exactly, and trained here too.
 *
 * @module @llm/tokenizers
 */
export {
  type AddedToken,
  AddedVocabulary,
  type AlignedSegment,
  type Segment,
} from './added-vocabulary.ts';
export { AlignedText, type Change } from './aligned-text.ts';
export * from './chat/index.ts';
export type { Decoder } from './decoders/decoder.ts';
export { Encoding, type Offsets, type Padding, type Side, type TokenPlaces } from './encoding.ts';
export type { TokenLists } from './encoding-lists.ts';
export * from './formats/index.ts';
export { TokenizerFileError } from './json/error.ts';
export { type Json, JsonFloat, type JsonWritable } from './json/fields.ts';
export { BPE, type BPEOptions } from './models/bpe.ts';
export type { TokenModel, TokenSpans } from './models/model.ts';
export { Unigram, type UnigramOptions } from './models/unigram.ts';
export { WordLevel, type WordLevelOptions } from './models/word-level.ts';
export { WordPiece, type WordPieceOptions } from './models/word-piece.ts';
export type { Normalizer } from './normalizers/normalizer.ts';
export type { PostProcessor } from './post-processors/post-processor.ts';
export {
  type TemplatePiece,
  TemplateProcessing,
  type TemplateToken,
} from './post-processors/template.ts';
export { ByteLevel, type ByteLevelOptions, gpt2Split } from './pre-tokenizers/byte-level.ts';
export type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizers/pre-tokenizer.ts';
export { AutoTokenizer, type FromPretrainedOptions } from './pretrained/auto-tokenizer.ts';
export { DecodeStream } from './pretrained/decode-stream.ts';
export type {
  BatchEncoding,
  DecodeOptions,
  EncodeOptions,
  TokenizeOptions,
} from './pretrained/options.ts';
export {
  createTokenizer,
  type PreTrainedTokenizer,
  PreTrainedTokenizerBase,
  type TokenizeFunction,
} from './pretrained/pretrained-tokenizer.ts';
export type { SpecialRole } from './pretrained/special-tokens.ts';
export {
  type OffsetUnit,
  Tokenizer,
  type TokenizerEncodeOptions,
  type TokenizerInput,
  type TokenizerParts,
} from './tokenizer.ts';
export { readTokenizerJson, writeTokenizerJson } from './tokenizer-json.ts';
export {
  type BPETrainerOptions,
  type LearnedMerges,
  trainMerges,
} from './training/bpe-trainer.ts';
export type { TrainingProgress, TrainingSteps } from './training/progress.ts';
export {
  type TrainByteLevelBPEOptions,
  trainByteLevelBPE,
} from './training/train-byte-level-bpe.ts';
export {
  type CommonTrainingOptions,
  type ComponentOption,
  type MergingOptions,
  type TrainBPEOptions,
  type TrainTokenizerOptions,
  type TrainUnigramOptions,
  type TrainWordLevelOptions,
  type TrainWordPieceOptions,
  trainTokenizer,
} from './training/train-tokenizer.ts';
export type { Truncation, TruncationStrategy } from './truncation.ts';
