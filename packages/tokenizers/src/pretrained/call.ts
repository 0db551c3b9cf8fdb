import type { Encoding, Side } from '../encoding.ts';
import type { Tokenizer, TokenizerEncodeOptions, TokenizerInput } from '../tokenizer.ts';
import type { Truncation } from '../truncation.ts';
import {
  type BatchEncoding,
  checkTokenizeOptions,
  type EncodeOptions,
  type TokenizeOptions,
} from './options.ts';

/** What Python writes as `model_max_length` where there is no limit: int(1e30). */
export const NO_LIMIT = 1e30;

/** What a call wants to know of a tokenizer. */
export interface CallSettings {
  /** The pipeline below. */
  readonly backend: Tokenizer;
  /** Tokens that truncation leaves and padding fills, where the call does not say. */
  readonly model_max_length: number;
  /** Which end padding goes to, where the call does not say. */
  readonly padding_side: Side;
  /** Which end is cut off, where the call does not say. */
  readonly truncation_side: Side;
  /** Which lists a call returns, where it does not say. */
  readonly model_input_names: readonly string[];
  /** Token that fills up a batch, if there is one. */
  readonly pad_token: string | undefined;
  /** Its id. */
  readonly pad_token_id: number | undefined;
}

/** Options of a call with one text or several. */
export type CallOptions = TokenizeOptions & { text_pair?: CallInput | readonly CallInput[] };

/** One input: a text, or a list of words. */
type CallInput = TokenizerInput;

type Rows = BatchEncoding<number[] | number[][]>;

/** What calling the tokenizer does: encodes, cuts, pads, and returns the lists that are wanted. */
export function callTokenizer(
  tokenizer: CallSettings,
  texts: CallInput | readonly CallInput[],
  options: CallOptions = {},
): Rows {
  const { inputs, pairs, single } = readInputs(texts, options);
  return listsOf(tokenizer, encodeBatch(tokenizer, inputs, pairs, options), single, options);
}

/**
 * The lists that a call returns.
 *
 * @param settings - Which lists that is, where the options do not say.
 * @param encodings - What the inputs became, cut and padded.
 * @param single - Whether the call got one input, whose lists are then no lists of rows.
 * @param options - Options of the call.
 */
export function listsOf(
  settings: Pick<CallSettings, 'model_input_names'>,
  encodings: readonly Encoding[],
  single: boolean,
  options: CallOptions,
): Rows {
  const samples: number[] = [];
  const rows: Encoding[] = [];
  encodings.forEach((encoding, sample) => {
    const windows = options.return_overflowing_tokens ? encoding.overflowing : [];
    for (const window of [encoding, ...windows]) {
      rows.push(window);
      samples.push(sample);
    }
  });
  const isRow = single && !options.return_overflowing_tokens;
  const pick = <T>(get: (row: Encoding) => T) => (isRow ? get(rows[0]!) : rows.map(get)) as T;
  const names = settings.model_input_names;
  const result: Rows = { input_ids: pick(({ ids }) => ids) };
  if (options.return_token_type_ids ?? names.includes('token_type_ids')) {
    result.token_type_ids = pick(({ type_ids }) => type_ids);
  }
  if (options.return_attention_mask ?? names.includes('attention_mask')) {
    result.attention_mask = pick(({ attention_mask }) => attention_mask);
  }
  if (options.return_special_tokens_mask) {
    result.special_tokens_mask = pick(({ special_tokens_mask }) => special_tokens_mask);
  }
  if (options.return_offsets_mapping) result.offset_mapping = pick(({ offsets }) => offsets);
  if (options.return_overflowing_tokens) result.overflow_to_sample_mapping = samples;
  if (options.return_length) result.length = pick(({ length }) => length);
  return result;
}

/**
 * Encodes, cuts and pads texts.
 *
 * @param tokenizer - The tokenizer.
 * @param inputs - Texts, or lists of words.
 * @param pairs - The second input of each, if there are any.
 * @param options - Options of the call.
 * @param places - Make tokens, offsets and words too; as the options want it by default.
 */
export function encodeBatch(
  tokenizer: CallSettings,
  inputs: readonly CallInput[],
  pairs: readonly CallInput[] | undefined,
  options: CallOptions,
  places = options.return_offsets_mapping ?? false,
): Encoding[] {
  const encodeOptions = encodeOptionsOf(tokenizer, options, places);
  checkInputs(inputs, options);
  if (pairs !== undefined) checkInputs(pairs, options);
  const encodings = inputs.map((input, index) =>
    tokenizer.backend.encode(input, pairs?.[index], encodeOptions),
  );
  return pad(tokenizer, encodings, options);
}

/** What the options of a call mean for the pipeline. @throws Error if one is unknown or wrong. */
export function encodeOptionsOf(
  settings: CallSettings,
  options: CallOptions,
  places = options.return_offsets_mapping ?? false,
): TokenizerEncodeOptions {
  checkTokenizeOptions('tokenizer', options);
  return {
    addSpecialTokens: options.add_special_tokens ?? true,
    truncation: truncationOf(settings, options),
    places: places ? (options.offset_unit ?? 'utf16') : undefined,
  };
}

/** What a call got: one input or several, and whether it was one. */
export function readInputs(
  texts: CallInput | readonly CallInput[],
  options: CallOptions,
): { inputs: readonly CallInput[]; pairs: readonly CallInput[] | undefined; single: boolean } {
  const { text_pair: pair, is_split_into_words: words = false } = options;
  const single = isSingle(texts, words);
  if (!single && !Array.isArray(texts)) throw notText(texts, words);
  const inputs = single ? [texts] : (texts as readonly CallInput[]);
  if (pair === undefined) return { inputs, pairs: undefined, single };
  if (single && isSingle(pair, words)) return { inputs, pairs: [pair], single };
  if (!single && !isSingle(pair, words) && pair.length === inputs.length) {
    return { inputs, pairs: pair, single };
  }
  const counts = single ? 'one text' : `${inputs.length} texts`;
  const got = isSingle(pair, words) ? 'one text_pair' : `a text_pair of ${pair.length}`;
  throw new Error(`tokenizer: got ${counts} and ${got}, wants a second text for each`);
}

/** With words, a list of strings is one input; without, it is several. */
function isSingle(texts: unknown, words: boolean): texts is CallInput {
  if (!words) return typeof texts === 'string';
  return Array.isArray(texts) && texts.every((word) => typeof word === 'string');
}

/** @throws Error if an input is no text, or no list of words where those are wanted. */
export function checkInputs(
  inputs: readonly unknown[],
  { is_split_into_words = false }: CallOptions,
): void {
  for (const input of inputs) {
    if (!isSingle(input, is_split_into_words)) throw notText(input, is_split_into_words);
  }
}

function notText(value: unknown, words: boolean): Error {
  const got = Array.isArray(value) ? 'a list' : typeof value;
  return words
    ? new Error(`tokenizer: got ${got}, wants a list of words or a list of such lists`)
    : new Error(
        `tokenizer: got ${got}, wants a string or a list of strings; for lists of words set is_split_into_words`,
      );
}

function truncationOf(tokenizer: CallSettings, options: EncodeOptions): Truncation | undefined {
  const { truncation = false } = options;
  if (truncation === false || truncation === 'do_not_truncate') return undefined;
  const maxLength = options.max_length ?? tokenizer.model_max_length;
  // As in Python: where there is no limit, there is nothing to cut.
  if (maxLength >= NO_LIMIT) return undefined;
  return {
    maxLength,
    strategy: truncation === true ? 'longest_first' : truncation,
    side: options.truncation_side ?? tokenizer.truncation_side,
    stride: options.stride ?? 0,
  };
}

/** The encodings padded as the options want. @throws Error if that cannot be. */
export function pad(
  tokenizer: CallSettings,
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
  let length = encodings.reduce((longest, encoding) => Math.max(longest, encoding.length), 0);
  if (padding === 'max_length') {
    length = options.max_length ?? tokenizer.model_max_length;
    if (length >= NO_LIMIT) {
      throw new Error("tokenizer: padding 'max_length' needs max_length; the model has no limit");
    }
  }
  length = Math.ceil(length / multiple) * multiple;
  const side = options.padding_side ?? tokenizer.padding_side;
  const paddingToken = { id: padId, token: tokenizer.pad_token!, typeId: 0, side };
  return encodings.map((encoding) => encoding.pad(length, paddingToken));
}
