import { type Encoding, padEncoding } from '../encoding.ts';
import type { Truncation } from '../tokenizer.ts';
import {
  type BatchEncoding,
  checkTokenizeOptions,
  type EncodeOptions,
  type TokenizeOptions,
} from './options.ts';
import type { PreTrainedTokenizerBase } from './pretrained-tokenizer.ts';

/** What Python writes as `model_max_length` where there is no limit: int(1e30). */
export const NO_LIMIT = 1e30;

/** Options of a call with one text or several. */
export type CallOptions = TokenizeOptions & { text_pair?: string | readonly string[] };

/** What calling the tokenizer does: encodes, cuts, pads, and returns the lists that are wanted. */
export function callTokenizer(
  tokenizer: PreTrainedTokenizerBase,
  texts: string | readonly string[],
  options: CallOptions = {},
): BatchEncoding<number[] | number[][]> {
  const single = typeof texts === 'string';
  const list = single ? [texts] : texts;
  if (!Array.isArray(list)) throw notText(texts);
  const encodings = encodeBatch(
    tokenizer,
    list,
    pairsOf(options.text_pair, list.length, single),
    options,
  );
  const pick = (get: (encoding: Encoding) => number[]) =>
    single ? get(encodings[0]!) : encodings.map(get);
  const names = tokenizer.model_input_names;
  const result: BatchEncoding<number[] | number[][]> = { input_ids: pick(({ ids }) => ids) };
  if (options.return_token_type_ids ?? names.includes('token_type_ids')) {
    result.token_type_ids = pick(({ typeIds }) => typeIds);
  }
  if (options.return_attention_mask ?? names.includes('attention_mask')) {
    result.attention_mask = pick(({ attentionMask }) => attentionMask);
  }
  if (options.return_special_tokens_mask) {
    result.special_tokens_mask = pick(({ specialTokensMask }) => specialTokensMask);
  }
  return result;
}

/** Encodes, cuts and pads texts, each with its second text if `pairs` is given. */
export function encodeBatch(
  tokenizer: PreTrainedTokenizerBase,
  texts: readonly string[],
  pairs: readonly string[] | undefined,
  options: CallOptions,
): Encoding[] {
  checkTokenizeOptions('tokenizer', options);
  const truncation = truncationOf(tokenizer, options);
  const { add_special_tokens = true } = options;
  const encodings = texts.map((text, index) => {
    const pair = pairs?.[index];
    if (typeof text !== 'string') throw notText(text);
    if (pair !== undefined && typeof pair !== 'string') throw notText(pair);
    return tokenizer.backend.encode(text, pair, add_special_tokens, truncation);
  });
  return pad(tokenizer, encodings, options);
}

function notText(value: unknown): Error {
  return new Error(`tokenizer: got ${typeof value}, wants a string or a list of strings`);
}

function pairsOf(
  pair: string | readonly string[] | undefined,
  count: number,
  single: boolean,
): readonly string[] | undefined {
  if (pair === undefined) return undefined;
  if (single && typeof pair === 'string') return [pair];
  if (!single && typeof pair !== 'string' && pair.length === count) return pair;
  const texts = single ? 'one text' : `${count} texts`;
  const pairs = typeof pair === 'string' ? 'one text_pair' : `a text_pair of ${pair.length}`;
  throw new Error(`tokenizer: got ${texts} and ${pairs}, wants a second text for each`);
}

function truncationOf(
  tokenizer: PreTrainedTokenizerBase,
  options: EncodeOptions,
): Truncation | undefined {
  const { truncation = false } = options;
  if (truncation === false || truncation === 'do_not_truncate') return undefined;
  const maxLength = options.max_length ?? tokenizer.model_max_length;
  // As in Python: where there is no limit, there is nothing to cut.
  if (maxLength >= NO_LIMIT) return undefined;
  return {
    maxLength,
    strategy: truncation === true ? 'longest_first' : truncation,
    side: options.truncation_side ?? tokenizer.truncation_side,
  };
}

function pad(
  tokenizer: PreTrainedTokenizerBase,
  encodings: Encoding[],
  options: TokenizeOptions,
): Encoding[] {
  const { padding = false, pad_to_multiple_of: multiple = 1 } = options;
  if (padding === false || padding === 'do_not_pad') {
    if (options.pad_to_multiple_of === undefined) return encodings;
    throw new Error('tokenizer: pad_to_multiple_of without padding; set padding: true');
  }
  const padId = tokenizer.pad_token_id;
  if (padId === undefined) {
    throw new Error(
      'tokenizer: padding needs a pad token and this tokenizer has none; give pad_token to from_pretrained, often the eos_token',
    );
  }
  let length = Math.max(0, ...encodings.map(({ ids }) => ids.length));
  if (padding === 'max_length') {
    length = options.max_length ?? tokenizer.model_max_length;
    if (length >= NO_LIMIT) {
      throw new Error("tokenizer: padding 'max_length' needs max_length; the model has no limit");
    }
  }
  length = Math.ceil(length / multiple) * multiple;
  const side = options.padding_side ?? tokenizer.padding_side;
  return encodings.map((encoding) => padEncoding(encoding, length, padId, 0, side));
}
