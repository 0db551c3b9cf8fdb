/**
 * What every page has that encodes and decodes. What is loaded on demand imports this module, not
 * those behind it: so bundlers make one file of them all, not one for each combination of users.
 *
 * @module
 */
export { ChatTemplateError } from './chat/error.ts';
export { componentFamily } from './components/components.ts';
export { loadComponents } from './components/load-components.ts';
export { TokenizerFileError } from './json/error.ts';
export { describe } from './json/fields.ts';
export { PatternError } from './pattern/error.ts';
export { TokenizerPoolError } from './pool/error.ts';
export {
  type CallSettings,
  callTokenizer,
  checkInputs,
  encodeOptionsOf,
  listsOf,
  pad,
  readInputs,
} from './pretrained/call.ts';
export { createTokenizer, type PreTrainedTokenizer } from './pretrained/create-tokenizer.ts';
