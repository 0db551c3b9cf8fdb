/**
 * The components of tokenizer.json as classes, and reading and writing that file at once, without
 * waiting: for putting a tokenizer together by hand. All components come with it.
 *
 * @module @llm/tokenizers/components
 */
export { JsonFloat } from '../json/fields.ts';
export { BPE, type BPEOptions } from '../models/bpe.ts';
export { Unigram, type UnigramOptions } from '../models/unigram.ts';
export { WordLevel, type WordLevelOptions } from '../models/word-level.ts';
export { WordPiece, type WordPieceOptions } from '../models/word-piece.ts';
export {
  type TemplatePiece,
  TemplateProcessing,
  type TemplateToken,
} from '../post-processors/template.ts';
export { templateFromText } from '../post-processors/template-text.ts';
export { ByteLevel, type ByteLevelOptions, gpt2Split } from '../pre-tokenizers/byte-level.ts';
export { readTokenizerJson } from '../read-tokenizer-json.ts';
export {
  type BPETrainerOptions,
  type LearnedMerges,
  trainMerges,
} from '../training/bpe-trainer.ts';
export type { TrainingSteps } from '../training/progress.ts';
export { writeTokenizerJson } from '../write-tokenizer-json.ts';
