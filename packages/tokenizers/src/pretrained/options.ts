import type { Offsets, Side } from '../encoding.ts';
import { checkOptions } from '../options.ts';
import type { OffsetUnit } from '../tokenizer.ts';
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
  /** Tokens that each overflowing window shares with the one before it; 0 by default. */
  stride?: number;
  /** The inputs are lists of words; offsets then count from the beginning of each word. */
  is_split_into_words?: boolean;
  /** What offsets count: UTF-16 units, as JavaScript's `slice` (the default), or code points. */
  offset_unit?: OffsetUnit;
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
  /** Return `offset_mapping`: where each token stands in its text; false by default. */
  return_offsets_mapping?: boolean;
  /**
   * Return what truncation cut off as further rows, and `overflow_to_sample_mapping`: the input
   * that each row comes from. The lists are then lists of rows, also for one text.
   */
  return_overflowing_tokens?: boolean;
  /** Return `length`: tokens of each row; false by default. */
  return_length?: boolean;
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
  /** Start and end of each token in its text; [0, 0] for tokens that were added. */
  offset_mapping?: T extends number[] ? Offsets[] : Offsets[][];
  /** For each row, the index of the input that it comes from. */
  overflow_to_sample_mapping?: number[];
  /** Tokens of each row, padding included. */
  length?: T extends number[] ? number : number[];
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
  'return_offsets_mapping',
  'return_overflowing_tokens',
  'return_length',
  'stride',
  'is_split_into_words',
  'offset_unit',
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
  wantOneOf(operation, 'offset_unit', options.offset_unit, ['utf16', 'code_point']);
  wantCount(operation, 'stride', options.stride, 0);
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
