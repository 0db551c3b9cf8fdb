import { type Tensor, tensor } from '@llm/tensor';
import { withoutInitialValues } from '../init.ts';
import { Embedding } from '../layers/embedding.ts';

/** Words with a vector each, as word2vec and GloVe train them. */
export class WordVectors {
  /** In the order of the file: the most frequent first. */
  readonly words: readonly string[];
  /** Numbers per word. */
  readonly width: number;
  /** Rows of `words`, one behind the other. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly #rows: ReadonlyMap<string, number>;

  /** @throws RangeError if the values are no `width` numbers per word. */
  constructor(words: readonly string[], values: Float32Array<ArrayBuffer>, width: number) {
    if (values.length !== words.length * width) {
      throw new RangeError(
        `WordVectors: ${values.length} numbers are not ${width} for each of ${words.length} words`,
      );
    }
    this.words = words;
    this.width = width;
    this.values = values;
    const rows = new Map<string, number>();
    words.forEach((word, row) => {
      // Some published files have a word twice; its first row is that of the more frequent spelling.
      if (!rows.has(word)) rows.set(word, row);
    });
    this.#rows = rows;
  }

  /** The row of a word, for an `Embedding`; undefined for an unknown one. */
  rowOf(word: string): number | undefined {
    return this.#rows.get(word);
  }

  /** The vector of a word; undefined for an unknown one. */
  vectorOf(word: string): Float32Array<ArrayBuffer> | undefined {
    const row = this.rowOf(word);
    return row === undefined
      ? undefined
      : this.values.slice(row * this.width, (row + 1) * this.width);
  }

  /** All vectors: [words, width]. */
  tensor(): Tensor {
    return tensor(this.values, [this.words.length, this.width]);
  }

  /** A layer that looks rows up; frozen by default, as PyTorch's `Embedding.from_pretrained`. */
  toEmbedding(options: { readonly freeze?: boolean } = {}): Embedding {
    const layer = withoutInitialValues('f32', () => new Embedding(this.words.length, this.width));
    layer.weight.assign(this.tensor());
    return layer.requiresGrad(!(options.freeze ?? true));
  }
}
