import { checkOptions } from '@llm/nn';
import type { DecodeOptions, PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';

/** Options of `TextStreamer`. */
export interface TextStreamerOptions {
  /** Called with each piece of text; default: it goes to standard output, or to the console in a page. */
  readonly callback_function?: (text: string) => void;
  /** Called with the tokens behind it. */
  readonly token_callback_function?: (tokens: readonly number[]) => void;
  /** True, as prompts are never shown; false is refused. */
  readonly skip_prompt?: boolean;
  /** Whether special tokens are left out. Default true. */
  readonly skip_special_tokens?: boolean;
}

/**
 * Shows text while it is generated: pass one as `streamer`. A piece never ends inside a character.
 *
 * @example
 * const streamer = new TextStreamer(generator.tokenizer, { callback_function: (text) => show(text) });
 * await generator('Once upon a time', { max_new_tokens: 50, streamer });
 */
export class TextStreamer {
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #show: (text: string) => void;
  readonly #showTokens: ((tokens: readonly number[]) => void) | undefined;
  readonly #decoding: DecodeOptions;
  #stream: ReturnType<PreTrainedTokenizer['decode_stream']>;

  constructor(tokenizer: PreTrainedTokenizer, options: TextStreamerOptions = {}) {
    checkOptions('TextStreamer', options, [
      'callback_function',
      'token_callback_function',
      'skip_prompt',
      'skip_special_tokens',
    ]);
    if (options.skip_prompt === false) {
      throw new WrongInputError(
        'TextStreamer: shows what is generated, not the prompt; leave skip_prompt out, and show the prompt yourself',
      );
    }
    this.#tokenizer = tokenizer;
    this.#show = options.callback_function ?? print;
    this.#showTokens = options.token_callback_function;
    this.#decoding = { skip_special_tokens: options.skip_special_tokens ?? true };
    this.#stream = tokenizer.decode_stream(this.#decoding);
  }

  /** Takes a token. */
  put(token: number): void {
    this.#showTokens?.([token]);
    const text = this.#stream.step(token);
    if (text) this.#show(text);
  }

  /** Shows what is left of a character that was cut off, and begins anew with the next token. */
  end(): void {
    const rest = this.#stream.end();
    if (rest) this.#show(rest);
    this.#stream = this.#tokenizer.decode_stream(this.#decoding);
  }
}

function print(text: string): void {
  if (typeof process !== 'undefined' && process.stdout) process.stdout.write(text);
  else console.log(text);
}
