import { openSource } from '@llm/hub';
import {
  AutoModelForSeq2SeqLM,
  checkOptions,
  generate,
  loadConfig,
  releaseSessions,
  type Seq2SeqLM,
} from '@llm/nn';
import { AutoTokenizer, type PreTrainedTokenizer } from '@llm/tokenizers';
import { configOf } from './model-config.ts';

/** Most tokens that a translation may have beyond twice its source. */
const extraTokens = 16;

/** Options of `Translator`. */
export interface TranslatorOptions {
  /** Sentences translated side by side. Default 64. */
  readonly batchSize?: number;
  /** Lengths, in tokens, that sources are padded to, ascending. Default: powers of two up to the model's positions. */
  readonly buckets?: readonly number[];
}

/** A model and its tokenizer: text in, text out. */
export class Translator {
  readonly #batchSize: number;
  readonly #buckets: readonly number[];

  constructor(
    readonly model: Seq2SeqLM,
    readonly tokenizer: PreTrainedTokenizer,
    options: TranslatorOptions = {},
  ) {
    checkOptions('Translator', options, ['batchSize', 'buckets']);
    const longest = configOf(model).max_position_embeddings;
    const powers = [16, 32, 64, 128, 256, 512].filter((length) => length < longest);
    this.#batchSize = options.batchSize ?? 64;
    this.#buckets = options.buckets ?? [...powers, longest];
  }

  /**
   * Loads a folder written by `npm start` (or by Python).
   *
   * @throws MissingFileError if a file is not there. @throws Error if the folder holds another kind of model.
   */
  static async load(folder: string): Promise<Translator> {
    const source = openSource(folder);
    const config = await loadConfig(source);
    if (config.model_type !== 'mbart') {
      throw new Error(
        `${folder}: config.json says model_type ${JSON.stringify(config.model_type)}; this command translates with 'mbart' models`,
      );
    }
    const model = await AutoModelForSeq2SeqLM.from_pretrained(source, { strict: true });
    const tokenizer = await AutoTokenizer.from_pretrained(source);
    return new Translator(model, tokenizer, { batchSize: 8 });
  }

  /** Translations of the texts, in their order; a text that is too long for the model is cut. */
  async translate(
    texts: readonly string[],
    onProgress?: (done: number) => void,
  ): Promise<string[]> {
    const [batchSize, buckets] = [this.#batchSize, this.#buckets];
    const longest = buckets[buckets.length - 1]!;
    const sources = texts.map((text, position) => ({
      position,
      ids: this.tokenizer.encode(text, { truncation: true, max_length: longest }),
    }));
    sources.sort((a, b) => a.ids.length - b.ids.length);
    const translations = new Array<string>(texts.length);
    for (let start = 0; start < sources.length; start += batchSize) {
      const part = sources.slice(start, start + batchSize);
      const needed = part[part.length - 1]!.ids.length;
      const length = buckets.find((bucket) => bucket >= needed)!;
      const generated = await this.#generate(
        part.map(({ ids }) => ids),
        Math.min(batchSize, texts.length),
        length,
      );
      generated.forEach((ids, row) => {
        const text = this.tokenizer.decode(ids, { skip_special_tokens: true });
        translations[part[row]!.position] = text.trim();
      });
      onProgress?.(Math.min(start + batchSize, sources.length));
    }
    return translations;
  }

  /** Frees the compiled plans. */
  dispose(): void {
    releaseSessions(this.model);
  }

  /** Ids of the translations; sources are padded to one size, so that few sizes are compiled. */
  async #generate(
    sources: readonly (readonly number[])[],
    rows: number,
    length: number,
  ): Promise<number[][]> {
    const { pad_token_id, max_position_embeddings } = configOf(this.model);
    const padded = Array.from({ length: rows }, (_, row) => sources[row] ?? sources[0]!);
    const row = (values: readonly number[], fill: number) => [
      ...values,
      ...Array<number>(length - values.length).fill(fill),
    ];
    const { generated } = await generate(
      this.model,
      {
        input_ids: padded.map((ids) => row(ids, pad_token_id ?? 0)),
        attention_mask: padded.map((ids) =>
          row(
            ids.map(() => 1),
            0,
          ),
        ),
      },
      { max_new_tokens: Math.min(max_position_embeddings - 1, 2 * length + extraTokens) },
    );
    return generated.slice(0, sources.length);
  }
}
