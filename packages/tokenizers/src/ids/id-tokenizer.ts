import {
  buildTokenizer,
  checkOptions,
  loadComponents,
  TextPipeline,
  TokenizerFileError,
} from '../text-core.ts';

/** Options of {@link IdTokenizer.encode}, by Python's names. */
export interface IdTokenizerEncodeOptions {
  /** Add the special tokens of the post-processor; true by default. */
  add_special_tokens?: boolean;
}

/** Options of {@link IdTokenizer.decode}, by Python's names. */
export interface IdTokenizerDecodeOptions {
  /** Leave special tokens out; false by default. */
  skip_special_tokens?: boolean;
}

/** A tokenizer that turns single texts into ids, and ids into text. */
export class IdTokenizer {
  private readonly pipeline: TextPipeline;

  private constructor(pipeline: TextPipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Builds a tokenizer after loading the components that its file names.
   *
   * @param file - The parsed content of a tokenizer.json: `await (await fetch(url)).json()`.
   * @throws TokenizerFileError naming the component or field that is wrong or not supported.
   */
  static async load(file: unknown): Promise<IdTokenizer> {
    const components = await loadComponents(file);
    const pipeline = buildTokenizer(file, components, 'tokenizer.json', TextPipeline);
    if (!pipeline.needsPlaces) return new IdTokenizer(pipeline);
    throw new TokenizerFileError(
      'tokenizer.json: pre_tokenizer: its pieces depend on places in the text; use AutoTokenizer',
    );
  }

  /**
   * Turns a text into ids.
   *
   * @param text - The text.
   * @param options - See {@link IdTokenizerEncodeOptions}.
   * @throws Error if an option is unknown, or the text is none.
   */
  encode(text: string, options: IdTokenizerEncodeOptions = {}): number[] {
    checkOptions('IdTokenizer.encode', options, ['add_special_tokens']);
    if (typeof text !== 'string') {
      throw new Error(`IdTokenizer.encode: got ${typeof text}, wants a string`);
    }
    const ids = this.pipeline.idsOf(text);
    const { postProcessor } = this.pipeline.parts;
    return postProcessor?.processIds(ids, options.add_special_tokens ?? true) ?? ids;
  }

  /**
   * Turns ids into text.
   *
   * @param ids - Ids of tokens; those that the vocabulary does not have are left out.
   * @param options - See {@link IdTokenizerDecodeOptions}.
   * @throws Error if an option is unknown.
   */
  decode(ids: Iterable<number>, options: IdTokenizerDecodeOptions = {}): string {
    checkOptions('IdTokenizer.decode', options, ['skip_special_tokens']);
    return this.pipeline.decode(ids, options.skip_special_tokens ?? false);
  }

  /** The id of a token, or undefined. */
  token_to_id(token: string): number | undefined {
    return this.pipeline.tokenToId(token);
  }

  /** The token of an id, or undefined. */
  id_to_token(id: number): string | undefined {
    return this.pipeline.idToToken(id);
  }
}
