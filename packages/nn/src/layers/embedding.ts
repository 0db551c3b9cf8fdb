import { arange, checkOptions, embedding, type Tensor, Variable, where } from '@llm/tensor';
import { normal } from '../init.ts';
import { Module } from '../module/module.ts';

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** A row that starts at zero and gets no gradient; negative counts from the end. */
  readonly padding_idx?: number;
}

/**
 * A table of vectors looked up by id: [...] integers → [..., width].
 *
 * Rows start normal with deviation 1, as PyTorch's `nn.Embedding`.
 */
export class Embedding extends Module {
  readonly weight: Variable;
  readonly paddingIndex: number | undefined;

  /** @throws RangeError if `padding_idx` is no row. */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkOptions('Embedding', options, ['padding_idx']);
    this.paddingIndex = rowOf(options.padding_idx, numEmbeddings);
    const values = normal([numEmbeddings, embeddingDim]);
    this.weight = new Variable(
      this.paddingIndex === undefined
        ? values
        : where(rows(numEmbeddings).eq(this.paddingIndex), 0, values),
    );
  }

  forward(ids: Tensor): Tensor {
    if (this.paddingIndex === undefined || !this.weight.trainable) {
      return embedding(ids, this.weight);
    }
    // What is looked up keeps its value, and at the padding passes no gradient on. The table itself is left alone:
    // it is many times as large.
    const vectors = embedding(ids, this.weight);
    const isPadding = ids.eq(this.paddingIndex).unsqueeze(-1);
    return where(isPadding, vectors.detach(), vectors);
  }
}

/** Row numbers as a column: [count, 1]. */
function rows(count: number): Tensor {
  return arange(count).reshape(count, 1);
}

function rowOf(index: number | undefined, count: number): number | undefined {
  if (index === undefined) return undefined;
  const row = index < 0 ? index + count : index;
  if (!Number.isInteger(index) || row < 0 || row >= count) {
    throw new RangeError(
      `Embedding: padding_idx is out of range: got ${index}, wants ${-count} to ${count - 1}`,
    );
  }
  return row;
}
