import { arange, embedding, type Prompts, type Tensor, tensor, Variable, where } from '@llm/nn';
import { AdapterLayer, type MergedWeights } from './tuner.ts';

/** Id of a prompt's first vector: beyond the words of every vocabulary, so that no text has it. */
const firstVirtualToken = 2 ** 30;

/**
 * A learned prompt (Lester et al., 2021), as a layer at the table of words: it gives its own vectors for the ids from
 * 2³⁰ on, which are put before each text. All that follows from ids, positions among it, is as for words.
 */
export class PromptLayer extends AdapterLayer {
  /** [tokens, width] */
  readonly prompt_embeddings: Variable;
  readonly #scale: number;

  /**
   * @param vectors [tokens, width], as PEFT's files hold them
   * @param scale what the model multiplies vectors of words by, but Python's model not those of a prompt
   */
  constructor(vectors: Tensor, scale: number) {
    super();
    this.prompt_embeddings = new Variable(vectors);
    this.#scale = scale;
  }

  /** Number of vectors. */
  get count(): number {
    return this.prompt_embeddings.shape[0]!;
  }

  /** The ids that stand for the vectors, before each of some texts: i32 [batch, tokens]. */
  idsFor(batch: number): Tensor {
    const ids = arange(firstVirtualToken, firstVirtualToken + this.count);
    return ids.reshape(1, this.count).expand(batch, this.count);
  }

  /** What `generate` takes in: the prompt before each text, behind its padding. */
  extendPrompts({ ids, mask }: Prompts): Prompts {
    const own = Array.from({ length: this.count }, (_, i) => firstVirtualToken + i);
    const starts = mask.map((row) => Math.max(0, row.indexOf(1)));
    return {
      ids: ids.map((row, i) => row.toSpliced(starts[i]!, 0, ...own)),
      mask: mask.map((row, i) => row.toSpliced(starts[i]!, 0, ...own.map(() => 1))),
    };
  }

  override fileEntries(): Record<string, Variable> {
    return { prompt_embeddings: this.prompt_embeddings };
  }

  /** Vectors [batch, length, width] of words and prompts, for ids [batch, length]. */
  override forward(output: Tensor, ids: Tensor, base: (ids: Tensor) => Tensor): Tensor {
    // A step of decoding: a prompt is always followed by a text.
    if (ids.shape.at(-1) === 1) return output;
    const place = ids.sub(firstVirtualToken);
    const isVirtual = place.ge(0);
    // Words look up a vector as well, whose gradient is zero: any of them, so that no row has to add up all zeros.
    const vectors = embedding(place.mod(this.count), this.prompt_embeddings);
    const scaled = this.#scale === 1 ? vectors : vectors.div(this.#scale);
    return where(isVirtual.unsqueeze(-1), scaled, base(where(isVirtual, 0, ids)));
  }

  override merge(): MergedWeights {
    throw new Error(
      'peft: merge: a prompt is no change of weights, so none can take it in; leave the adapter active, or save it',
    );
  }
}

/** Vectors [tokens, width] of the words of a text, cut or repeated to as many. @param look the table of words */
export function vectorsOfText(
  ids: readonly number[],
  tokens: number,
  look: (ids: Tensor) => Tensor,
): Tensor {
  const repeated = Int32Array.from({ length: tokens }, (_, i) => ids[i % ids.length]!);
  const vectors = look(tensor(repeated, [1, tokens])); // [1, tokens, width]
  return vectors.reshape(tokens, vectors.shape[2]!).to('f32').detach();
}
