import type { Tokenizer, TokenizerInput } from '../tokenizer.ts';
import { type CallOptions, callTokenizer } from './call.ts';
import type { BatchEncoding, TokenizeOptions } from './options.ts';
import { PreTrainedTokenizerBase } from './pretrained-tokenizer.ts';

/** Calling a tokenizer. */
export interface TokenizeFunction {
  /**
   * Encodes texts with rows for what truncation cuts off.
   *
   * @param texts - One text or several; lists of words with `is_split_into_words`.
   * @param options - See {@link TokenizeOptions}; `text_pair` are the second texts.
   * @throws Error if an option is unknown or cannot be met.
   */
  (
    texts: TokenizerInput | readonly TokenizerInput[],
    options: TokenizeOptions & {
      text_pair?: TokenizerInput | readonly TokenizerInput[];
      return_overflowing_tokens: true;
    },
  ): BatchEncoding<number[][]>;
  /**
   * Encodes one list of words, or a pair.
   *
   * @param words - The words.
   * @param options - See {@link TokenizeOptions}; `text_pair` are the second words.
   * @throws Error if an option is unknown or cannot be met.
   */
  (
    words: readonly string[],
    options: TokenizeOptions & { text_pair?: readonly string[]; is_split_into_words: true },
  ): BatchEncoding<number[]>;
  /**
   * Encodes one text, or a pair.
   *
   * @param text - The text.
   * @param options - See {@link TokenizeOptions}; `text_pair` is the second text.
   * @throws Error if an option is unknown or cannot be met.
   */
  (text: string, options?: TokenizeOptions & { text_pair?: string }): BatchEncoding<number[]>;
  /**
   * Encodes several texts, or pairs.
   *
   * @param texts - The texts.
   * @param options - See {@link TokenizeOptions}; `text_pair` are the second texts.
   * @throws Error if an option is unknown or cannot be met.
   */
  (
    texts: readonly TokenizerInput[],
    options?: TokenizeOptions & { text_pair?: readonly TokenizerInput[] },
  ): BatchEncoding<number[][]>;
}

/** A tokenizer that is called like a function and has the methods of {@link PreTrainedTokenizerBase}. */
export type PreTrainedTokenizer = PreTrainedTokenizerBase & TokenizeFunction;

/**
 * Makes a tokenizer from its parts.
 *
 * @param backend - The pipeline; special tokens that it lacks are added to it.
 * @param config - Content of tokenizer_config.json.
 * @throws TokenizerFileError if a field of the config has a value it cannot have.
 */
export function createTokenizer(
  backend: Tokenizer,
  config: Readonly<Record<string, unknown>> = {},
): PreTrainedTokenizer {
  const methods = new PreTrainedTokenizerBase(backend, config);
  // The function inherits from the object, so its properties and methods are the object's.
  const tokenizer: PreTrainedTokenizer = Object.setPrototypeOf(
    (texts: TokenizerInput | readonly TokenizerInput[], options?: CallOptions) =>
      callTokenizer(tokenizer, texts, options),
    methods,
  );
  return tokenizer;
}
