import {
  checkOptions,
  type GenerateOptions,
  generate,
  type PreTrainedModel,
  type Seq2SeqLM,
} from '@llm/nn';

/** What a translator needs of a tokenizer; those of `@llm/tokenizers` fit. */
export interface TranslationTokenizer {
  readonly pad_token_id?: number | undefined;
  readonly eos_token_id?: number | undefined;
  /** Most tokens of a text; very large where there is no limit. */
  readonly model_max_length?: number;
  /** The tokens of a text, with those that mark its ends and language. */
  encode(text: string): number[];
  /** The text of tokens. */
  decode(ids: number[], options: { readonly skip_special_tokens: true }): string;
}

/** A model that translates, with its tokenizer. */
export interface ModelTranslator {
  readonly model: Seq2SeqLM;
  readonly tokenizer: TranslationTokenizer;
  /** Put before each text, such as T5's `translate English to German: `. Default none. */
  readonly prefix?: string;
  /**
   * Options of `generate`, such as `forced_bos_token_id` for the language of a multilingual model; with
   * `num_return_sequences` there are several translations of each text. Without a length a translation has at most
   * 256 tokens.
   */
  readonly generate?: Omit<GenerateOptions, 'seed' | 'uniforms'>;
}

/** Translates texts, each to one: a function of your own, such as one that calls the pipeline of `@llm/apps`. */
export type TranslateTexts = (texts: readonly string[]) => Promise<readonly string[]>;

/** Either of the two ways back and forth. */
export type Translator = ModelTranslator | TranslateTexts;

/** Texts to lists of translations; undefined for a text that is longer than the model takes. @internal */
export type TranslateBatch = (
  texts: readonly string[],
  seed: number,
) => Promise<readonly (readonly string[] | undefined)[]>;

/** New tokens where neither the options nor the model's files name a number. */
const usualNewTokens = 256;

/**
 * How a translator translates a batch.
 *
 * @param name of the option that it is, for messages
 * @internal
 */
export function translateBatch(name: string, translator: Translator): TranslateBatch {
  if (typeof translator === 'function') return byFunction(name, translator);
  if (typeof translator !== 'object' || translator === null) {
    throw new TypeError(
      `backTranslate: '${name}' wants { model, tokenizer }, or a function from texts to texts: got ${translator}`,
    );
  }
  checkOptions(`backTranslate, ${name}`, translator, ['model', 'tokenizer', 'prefix', 'generate']);
  return byModel(translator);
}

function byFunction(name: string, translate: TranslateTexts): TranslateBatch {
  return async (texts) => {
    const translated = await translate(texts);
    if (translated.length === texts.length && translated.every((text) => typeof text === 'string'))
      return translated.map((text) => [text]);
    throw new TypeError(
      `backTranslate: '${name}' gave ${translated.length} translations for ${texts.length} texts; wants one text for each`,
    );
  };
}

function byModel({ model, tokenizer, prefix = '', generate: given }: ModelTranslator) {
  const longest = longestInput(model, tokenizer);
  const options = { ...usualLength(model, given), ...given };
  const padding = tokenizer.pad_token_id ?? tokenizer.eos_token_id ?? 0;
  return async (texts: readonly string[], seed: number) => {
    const ids = texts.map((text) => tokenizer.encode(prefix + text));
    const fits = ids.filter(({ length }) => length > 0 && length <= longest);
    if (fits.length === 0) return texts.map(() => undefined);
    const { generated } = await generate(model, padded(fits, padding), { ...options, seed });
    const each = generated.length / fits.length;
    let row = 0;
    return ids.map(({ length }) => {
      if (length === 0 || length > longest) return undefined;
      const own = generated.slice(row * each, ++row * each);
      return own.map((tokens) => tokenizer.decode(tokens, { skip_special_tokens: true }));
    });
  };
}

/** Rows of one length, padded on the right as encoders want it. */
function padded(rows: readonly (readonly number[])[], padding: number) {
  const length = Math.max(...rows.map((row) => row.length));
  const fill = (row: readonly number[], value: number) => [
    ...row,
    ...Array<number>(length - row.length).fill(value),
  ];
  return {
    input_ids: rows.map((row) => fill(row, padding)),
    attention_mask: rows.map((row) => fill(Array<number>(row.length).fill(1), 0)),
  };
}

function longestInput({ config }: PreTrainedModel, tokenizer: TranslationTokenizer): number {
  const positions = (config as { max_position_embeddings?: unknown }).max_position_embeddings;
  return Math.min(
    tokenizer.model_max_length ?? Infinity,
    typeof positions === 'number' ? positions : Infinity,
  );
}

function usualLength(model: Seq2SeqLM, given: GenerateOptions = {}): GenerateOptions {
  const all = [model.config, model.generation_config, given] as GenerateOptions[];
  const isSet = all.some((each) => each?.max_new_tokens != null || each?.max_length != null);
  return isSet ? {} : { max_new_tokens: usualNewTokens };
}
