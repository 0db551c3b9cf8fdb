import type {
  ApplyChatTemplate,
  ChatTemplateOptions,
  ChatTemplates,
  Conversations,
} from '../chat/index.ts';
import { readChatTemplates } from '../chat/read-templates.ts';
import type { Encoding } from '../encoding.ts';
import { TokenizerFileError } from '../json/error.ts';
import { describe } from '../json/fields.ts';
import type { Tokenizer, TokenizerInput } from '../tokenizer.ts';
import { writeTokenizerJson } from '../write-tokenizer-json.ts';
import { type CallOptions, encodeBatch, NO_LIMIT, readInputs } from './call.ts';
import { cleanUpSpaces } from './clean-up.ts';
import { DecodeStream } from './decode-stream.ts';
import { checkDecodeOptions, type DecodeOptions, type TokenizeOptions } from './options.ts';
import { SpecialTokenRoles } from './special-token-roles.ts';
import { tokenBytes } from './token-bytes.ts';

/**
 * A tokenizer with the names and defaults of Python's `PreTrainedTokenizerFast`. It is a function:
 * `tokenizer(texts, { padding: true })`.
 */
export class PreTrainedTokenizerBase extends SpecialTokenRoles {
  /** Which lists a call returns: the names of the model's inputs. */
  readonly model_input_names: readonly string[];
  /** Longest input of the model, in tokens; 1e30 if it is not known. */
  model_max_length: number;
  /** Which end padding goes to. */
  padding_side: 'left' | 'right';
  /** Which end truncation cuts off. */
  truncation_side: 'left' | 'right';
  private readonly config: Readonly<Record<string, unknown>>;

  /**
   * @param backend - The pipeline; special tokens that it lacks are added to it.
   * @param config - Content of tokenizer_config.json.
   * @param file - Its name, for messages.
   * @throws TokenizerFileError if a field has a value it cannot have.
   */
  constructor(
    backend: Tokenizer,
    config: Readonly<Record<string, unknown>> = {},
    file = 'tokenizer_config.json',
  ) {
    super(backend, config, file);
    this.config = config;
    const { model_max_length = NO_LIMIT } = config;
    if (typeof model_max_length !== 'number' || !(model_max_length > 0)) {
      throw new TokenizerFileError(
        `${file}: model_max_length: got ${JSON.stringify(model_max_length)}, wants a positive number`,
      );
    }
    this.model_max_length = model_max_length;
    const { model_input_names: names = ['input_ids', 'attention_mask'] } = config;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      throw new TokenizerFileError(
        `${file}: model_input_names: got ${describe(names)}, wants a list of names`,
      );
    }
    this.model_input_names = names;
    this.padding_side = readSide(config, 'padding_side', file);
    this.truncation_side = readSide(config, 'truncation_side', file);
  }

  /** Tokens of the model's vocabulary, without added tokens that are not in it. */
  get vocab_size(): number {
    return this.backend.parts.model.vocab.size;
  }

  /** All tokens, added ones included: Python's `len(tokenizer)`, the rows an embedding needs. */
  get total_size(): number {
    return this.backend.vocab().size;
  }

  /** The id of a token, or undefined. */
  token_to_id(token: string): number | undefined {
    return this.backend.tokenToId(token);
  }

  /** The token of an id, or undefined. */
  id_to_token(id: number): string | undefined {
    return this.backend.idToToken(id);
  }

  /** Ids by token, added tokens included. */
  get_vocab(): Map<string, number> {
    return this.backend.vocab();
  }

  /** The tokens of a text as they stand in the vocabulary, without special tokens. */
  tokenize(text: string): string[] {
    const options = { addSpecialTokens: false, places: 'utf16' } as const;
    return this.backend.encode(text, undefined, options).tokens;
  }

  /**
   * Encodes one text, or a pair.
   *
   * @param text - The text.
   * @param options - See {@link TokenizeOptions}; `text_pair` is the second text.
   * @returns Ids of the tokens.
   * @throws Error if an option is unknown or cannot be met.
   */
  encode(text: string, options?: TokenizeOptions & { text_pair?: string }): number[];
  encode(
    words: readonly string[],
    options: TokenizeOptions & { text_pair?: readonly string[]; is_split_into_words: true },
  ): number[];
  encode(text: TokenizerInput, options: CallOptions = {}): number[] {
    return this.encodeOne(text, options, false).ids;
  }

  /**
   * Encodes one text, or a pair, with all that is known of its tokens: which word and which part of
   * the text each comes from.
   *
   * @param text - The text; a list of words with `is_split_into_words`.
   * @param options - See {@link TokenizeOptions}; `text_pair` is the second text.
   * @returns The tokens, in the form of Python's `Encoding`.
   * @throws Error if an option is unknown or cannot be met.
   */
  encode_plus(text: string, options?: TokenizeOptions & { text_pair?: string }): Encoding;
  encode_plus(
    words: readonly string[],
    options: TokenizeOptions & { text_pair?: readonly string[]; is_split_into_words: true },
  ): Encoding;
  encode_plus(text: TokenizerInput, options: CallOptions = {}): Encoding {
    return this.encodeOne(text, options, true);
  }

  private encodeOne(text: TokenizerInput, options: CallOptions, places: boolean): Encoding {
    const { inputs, pairs } = readInputs(text, options);
    return encodeBatch(this, inputs, pairs, options, places)[0]!;
  }

  /**
   * Turns ids into text.
   *
   * @param ids - Ids of tokens; those that the vocabulary does not have are left out.
   * @param options - See {@link DecodeOptions}.
   */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    checkDecodeOptions('tokenizer.decode', options);
    const text = this.backend.decode(ids, options.skip_special_tokens ?? false);
    const configured = this.config.clean_up_tokenization_spaces === true;
    return (options.clean_up_tokenization_spaces ?? configured) ? cleanUpSpaces(text) : text;
  }

  /** Turns several lists of ids into texts. */
  batch_decode(batch: Iterable<Iterable<number>>, options: DecodeOptions = {}): string[] {
    return Array.from(batch, (ids) => this.decode(ids, options));
  }

  /** A stream that decodes id by id and never gives half a character. */
  decode_stream(options: DecodeOptions = {}): DecodeStream {
    return new DecodeStream((ids) => this.decode(ids, options));
  }

  /**
   * The UTF-8 bytes that each token adds to a text in whose middle it stands, by id; special tokens are left out.
   * What constrains a model's next tokens needs them.
   *
   * @throws Error if the decoder writes a token otherwise depending on its neighbors
   */
  token_bytes(): Map<number, Uint8Array> {
    return tokenBytes(this.backend);
  }

  /** The chat template, or several by name; undefined if there is none. */
  get chat_template(): ChatTemplates | undefined {
    return readChatTemplates(this.config.chat_template, 'tokenizer_config.json: chat_template');
  }

  /**
   * Turns conversations into text or ids by the model's chat template. The template engine is
   * loaded on first use.
   *
   * @param conversation - Messages with `role` and `content`, or a list of such conversations.
   * @param options - See {@link ChatTemplateOptions}.
   * @returns Ids; text with `tokenize: false`; an object of lists with `return_dict: true`.
   * @throws ChatTemplateError if the template fails, refuses the conversation, or goes over a limit.
   * @throws Error if an option is unknown or there is no template.
   */
  readonly apply_chat_template = (async (
    conversation: Conversations,
    options: ChatTemplateOptions = {},
  ): Promise<unknown> => {
    const { applyChatTemplate } = await import('../chat/apply-chat-template.ts');
    const context = { templates: this.chat_template, specialTokens: this.special_tokens_map };
    return applyChatTemplate(this, context, conversation, options);
  }) as ApplyChatTemplate;

  /**
   * Files that Python's `AutoTokenizer.from_pretrained` reads back, by name: tokenizer.json and
   * tokenizer_config.json.
   */
  toFiles(): Record<string, string> {
    const { model_max_length, padding_side, truncation_side } = this;
    const { model_max_length: _, ...rest } = this.config;
    const config = {
      ...rest,
      // Left out where there is no limit: Python's own number for that is no exact double.
      ...(model_max_length < NO_LIMIT ? { model_max_length } : {}),
      padding_side,
      truncation_side,
      tokenizer_class: this.config.tokenizer_class ?? 'PreTrainedTokenizerFast',
    };
    // Sorted as Python's writer does, so that saving what was loaded changes no byte.
    const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      'tokenizer.json': `${writeTokenizerJson(this.backend)}\n`,
      'tokenizer_config.json': `${JSON.stringify(sorted, null, 2)}\n`,
    };
  }

  /**
   * Saves the tokenizer into a folder (Node); see {@link toFiles}.
   *
   * @param folder - Path; made if it is not there.
   */
  async save_pretrained(folder: string): Promise<void> {
    const { saveFolder } = await import('./files.ts');
    await saveFolder(folder, this.toFiles());
  }
}

function readSide(
  config: Readonly<Record<string, unknown>>,
  name: string,
  file: string,
): 'left' | 'right' {
  const side = config[name] ?? 'right';
  if (side === 'left' || side === 'right') return side;
  throw new TokenizerFileError(
    `${file}: ${name}: got ${JSON.stringify(side)}, wants "left" or "right"`,
  );
}
