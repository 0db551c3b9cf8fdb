/**
 * Text into ids and back, and no more: the smallest download for a page that generates. What places, pairs, batches,
 * truncation, padding and chat templates take is in `@llm/tokenizers`.
 *
 * @module @llm/tokenizers/ids
 */
export { TokenizerFileError } from '../json/error.ts';
export { PatternError } from '../pattern/error.ts';
export { DecodeStream } from '../pretrained/decode-stream.ts';
export {
  IdTokenizer,
  type IdTokenizerDecodeOptions,
  type IdTokenizerEncodeOptions,
} from './id-tokenizer.ts';
