/**
 * Other files than tokenizer.json, turned into its content: SentencePiece, tiktoken, GGUF, Marian,
 * vocab.txt, vocab.json with merges.txt. `AutoTokenizer.from_pretrained` finds and reads them by itself.
 *
 * @module @llm/tokenizers/formats
 */
export { convertGguf } from './gguf.ts';
export { type GgufValue, readGgufMetadata } from './gguf-metadata.ts';
export { convertMarian } from './marian.ts';
export { convertSentencePiece } from './sentencepiece.ts';
export {
  type PieceKind,
  readSentencePieceModel,
  type SentencePiece,
  type SentencePieceModel,
} from './sentencepiece-model.ts';
export type {
  SentencePieceSettings,
  SentencePieceStyleName,
} from './sentencepiece-styles.ts';
export { readTiktoken, type TiktokenOptions } from './tiktoken.ts';
export { TIKTOKEN_ENCODINGS, type TiktokenEncoding } from './tiktoken-patterns.ts';
export type {
  AddedTokenJson,
  ComponentJson,
  ConvertedTokenizer,
  TokenizerFile,
} from './tokenizer-file.ts';
export {
  readVocabMerges,
  type VocabMergesSettings,
  type VocabMergesStyle,
} from './vocab-merges.ts';
export { type BertSettings, readVocabTxt } from './vocab-txt.ts';
