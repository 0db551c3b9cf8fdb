import type { Side } from '../encoding.ts';
import { checkOptions } from '../options.ts';
import type { TruncationStrategy } from '../truncation.ts';

/** Options of encoding, by Python's names. */
export interface EncodeOptions {
  /** Add the special tokens of the post-processor; true by default. */
  add_special_tokens?: boolean;
  /** Cut inputs that are longer than `max_length`: true is `longest_first`. */
  truncation?: boolean | TruncationStrategy | 'do_not_truncate';
  /** Tokens that truncation leaves and padding fills; `model_max_length` by default. */
  max_length?: number;
  /** Which end is cut off; the tokenizer's `truncation_side` by default. */
  truncation_side?: Side;
}

/** Options of calling a tokenizer, by Python's names. */
export interface TokenizeOptions extends EncodeOptions {
  /** Pad to the longest input (true, `longest`) or to `max_length` tokens. */
  padding?: boolean | 'longest' | 'max_length' | 'do_not_pad';
  /** Pad to a multiple of this many tokens. */
  pad_to_multiple_of?: number;
  /** Which end the padding goes to; the tokenizer's `padding_side` by default. */
  padding_side?: Side;
  /** Return `attention_mask`; by default if the tokenizer's `model_input_names` has it. */
  return_attention_mask?: boolean;
  /** Return `token_type_ids`; by default if the tokenizer's `model_input_names` has it. */
  return_token_type_ids?: boolean;
  /** Return `special_tokens_mask`; false by default. */
  return_special_tokens_mask?: boolean;
}

/** Options of decoding, by Python's names. */
export interface DecodeOptions {
  /** Leave special tokens out; false by default. */
  skip_special_tokens?: boolean;
  /** Remove the spaces that some tokenizers leave before punctuation; as configured by default. */
  clean_up_tokenization_spaces?: boolean;
}

/** What a call returns: lists of numbers for one text, lists of such lists for several. */
export interface BatchEncoding<T> {
  /** Ids of the tokens. */
  input_ids: T;
  /** 1 for tokens, 0 for padding. */
  attention_mask?: T;
  /** Segment of each token. */
  token_type_ids?: T;
  /** 1 for tokens that were added, 0 for those of the text. */
  special_tokens_mask?: T;
}

const TOKENIZE_OPTIONS = [
  'text_pair',
  'add_special_tokens',
  'truncation',
  'max_length',
  'truncation_side',
  'padding',
  'pad_to_multiple_of',
  'padding_side',
  'return_attention_mask',
  'return_token_type_ids',
  'return_special_tokens_mask',
];
const DECODE_OPTIONS = ['skip_special_tokens', 'clean_up_tokenization_spaces'];

const TRUNCATIONS = [true, false, 'longest_first', 'only_first', 'only_second', 'do_not_truncate'];
const PADDINGS = [true, false, 'longest', 'max_length', 'do_not_pad'];

/** @throws Error if an option of a call is unknown or has a value it cannot have. */
export function checkTokenizeOptions(operation: string, options: TokenizeOptions): void {
  checkOptions(operation, options, TOKENIZE_OPTIONS);
  wantOneOf(operation, 'truncation', options.truncation, TRUNCATIONS);
  wantOneOf(operation, 'padding', options.padding, PADDINGS);
  wantOneOf(operation, 'truncation_side', options.truncation_side, ['left', 'right']);
  wantOneOf(operation, 'padding_side', options.padding_side, ['left', 'right']);
  wantCount(operation, 'max_length', options.max_length, 0);
  wantCount(operation, 'pad_to_multiple_of', options.pad_to_multiple_of, 1);
}

/** @throws Error if an option of decoding is unknown. */
export function checkDecodeOptions(operation: string, options: DecodeOptions): void {
  checkOptions(operation, options, DECODE_OPTIONS);
}

function wantOneOf(operation: string, name: string, value: unknown, allowed: unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  const choices = allowed.map((each) => JSON.stringify(each)).join(', ');
  throw new Error(`${operation}: ${name}: got ${JSON.stringify(value)}, wants one of ${choices}`);
}

function wantCount(operation: string, name: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new Error(
    `${operation}: ${name}: got ${JSON.stringify(value)}, wants an integer of ${least} or more`,
  );
}
