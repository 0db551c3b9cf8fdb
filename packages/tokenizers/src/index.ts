/**
 * Hugging Face tokenizers, exactly, and trained here too.
 *
 * @module @llm/tokenizers
 */
export { type AddedToken, AddedVocabulary, type Segment } from './added-vocabulary.ts';
export type { Decoder } from './decoders/decoder.ts';
export type { Encoding, Side } from './encoding.ts';
export type { Json, JsonWritable } from './json/fields.ts';
export { BPE, type BPEOptions } from './models/bpe.ts';
export type { TokenModel } from './models/model.ts';
export type { Normalizer } from './normalizers/normalizer.ts';
export type { PostProcessor } from './post-processors/post-processor.ts';
export {
  type TemplatePiece,
  TemplateProcessing,
  type TemplateToken,
} from './post-processors/template.ts';
export { ByteLevel, type ByteLevelOptions } from './pre-tokenizers/byte-level.ts';
export { gpt2Split } from './pre-tokenizers/gpt2-split.ts';
export type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.ts';
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
export { Tokenizer, type TokenizerParts, type Truncation } from './tokenizer.ts';
export { readTokenizerJson, writeTokenizerJson } from './tokenizer-json.ts';
export {
  type BPETrainerOptions,
  type LearnedMerges,
  type TrainingProgress,
  trainMerges,
} from './training/bpe-trainer.ts';
export {
  type TrainByteLevelBPEOptions,
  trainByteLevelBPE,
} from './training/train-byte-level-bpe.ts';
export type { TruncationStrategy } from './truncation.ts';
