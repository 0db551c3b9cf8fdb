import { openSource } from '@llm/hub';
import {
  checkOptions,
  GreedyDecoder,
  loadConfig,
  loadModule,
  type MBartConfig,
  MBartForConditionalGeneration,
  mbartConfigNames,
} from '@llm/nn';
import { AutoTokenizer, type PreTrainedTokenizer } from '@llm/tokenizers';

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
  readonly #decoders = new Map<string, GreedyDecoder>();
  readonly #batchSize: number;
  readonly #buckets: readonly number[];

  constructor(
    readonly model: MBartForConditionalGeneration,
    readonly tokenizer: PreTrainedTokenizer,
    options: TranslatorOptions = {},
  ) {
    checkOptions('Translator', options, ['batchSize', 'buckets']);
    const longest = model.config.max_position_embeddings;
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
    const known = mbartConfigNames.filter((name) => name in config);
    const model = new MBartForConditionalGeneration(
      Object.fromEntries(known.map((name) => [name, config[name]])) as Partial<MBartConfig>,
    );
    await loadModule(source, model);
    const tokenizer = await AutoTokenizer.from_pretrained(source);
    return new Translator(model.eval(), tokenizer, { batchSize: 8 });
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
      const decoder = this.#decoder(Math.min(batchSize, texts.length), length);
      const generated = await decoder.generate(part.map(({ ids }) => ids));
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
    for (const decoder of this.#decoders.values()) decoder.dispose();
    this.#decoders.clear();
  }

  #decoder(batch: number, sourceLength: number): GreedyDecoder {
    const key = `${batch} ${sourceLength}`;
    const known = this.#decoders.get(key);
    if (known) return known;
    const capacity = this.model.config.max_position_embeddings;
    const maxNewTokens = Math.min(capacity, 2 * sourceLength + extraTokens);
    const decoder = new GreedyDecoder(this.model, { batch, sourceLength, maxNewTokens });
    this.#decoders.set(key, decoder);
    return decoder;
  }
}
