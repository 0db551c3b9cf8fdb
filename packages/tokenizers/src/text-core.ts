/**
 * What every page has that encodes and decodes, also one that wants ids only. Families of components import this
 * module, not those behind it: so bundlers make one file of them all, not one for each combination of users.
 *
 * @module
 */
export { spellBytes } from './byte-alphabet.ts';
export { componentFamily } from './components/components.ts';
export { loadComponents } from './components/load-components.ts';
export { TokenizerFileError } from './json/error.ts';
export { checkOptions } from './options.ts';
export { PatternError } from './pattern/error.ts';
export { cutAtMatches } from './pre-tokenizers/behavior.ts';
export { Cutter } from './pre-tokenizers/cutter.ts';
export { piecesOf } from './pre-tokenizers/pieces-of.ts';
export { TextPipeline } from './text-pipeline.ts';
export { buildTokenizer } from './tokenizer-json.ts';
export { utf8Length } from './utf8.ts';
export {
  BYTE_TOKENS,
  invertVocabulary,
  readVocabulary,
  sortedVocabulary,
} from './vocabulary.ts';
