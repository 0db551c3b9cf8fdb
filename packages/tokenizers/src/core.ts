/**
 * What every page has that calls a tokenizer. What is loaded on demand imports this module, not
 * those behind it: so bundlers make one file of them all, not one for each combination of users.
 *
 * @module
 */
export { ChatTemplateError } from './chat/error.ts';
export { describe } from './json/fields.ts';
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
export * from './text-core.ts';
export { Tokenizer } from './tokenizer.ts';
