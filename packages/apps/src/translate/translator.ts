import { openSource, parseJson } from '@llm/hub';
import {
  decodeTensors,
  GreedyDecoder,
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
  /** Lengths, in tokens, that sources are padded to. */
  readonly buckets: readonly number[];
}

/** A model and its tokenizer: text in, text out. */
export class Translator {
  readonly #decoders = new Map<string, GreedyDecoder>();

  constructor(
    readonly model: MBartForConditionalGeneration,
    readonly tokenizer: PreTrainedTokenizer,
    readonly options: TranslatorOptions,
  ) {}

  /**
   * Loads a folder written by `npm start` (or by Python).
   *
   * @throws MissingFileError if a file is not there. @throws Error if the folder holds another kind of model.
   */
  static async load(folder: string): Promise<Translator> {
    const source = openSource(folder);
    const config = parseJson(await source.read('config.json'), 'config.json') as Record<
      string,
      unknown
    >;
    if (config.model_type !== 'mbart') {
      throw new Error(
        `${folder}: config.json says model_type ${JSON.stringify(config.model_type)}; this command translates with 'mbart' models`,
      );
    }
    const known = Object.fromEntries(mbartConfigNames.map((name) => [name, config[name]]));
    const model = new MBartForConditionalGeneration(known as Partial<MBartConfig>);
    model.loadStateDict(decodeTensors(await source.read('model.safetensors')).tensors);
    const tokenizer = await AutoTokenizer.from_pretrained(source);
    const longest = model.config.max_position_embeddings;
    const buckets = [16, 32, 64, 128].filter((length) => length < longest);
    return new Translator(model.eval(), tokenizer, {
      buckets: [...buckets, longest],
      batchSize: 8,
    });
  }

  /** Translations of the texts, in their order; a text that is too long for the model is cut. */
  async translate(
    texts: readonly string[],
    onProgress?: (done: number) => void,
  ): Promise<string[]> {
    const { batchSize = 64, buckets } = this.options;
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
