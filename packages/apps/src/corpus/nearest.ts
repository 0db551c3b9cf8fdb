import { wordSet } from './normalize.ts';

/** The training source nearest to a text. */
export interface Nearest {
  /** Position in the list the index was built from; -1 where no text shares a word. */
  index: number;
  /** Jaccard similarity of the two word sets, shared words / all words, in [0, 1]. */
  similarity: number;
}

/** Finds the text with the most similar set of words, by an inverted index from words to texts. */
export class NearestText {
  private readonly textsOf = new Map<string, number[]>();
  private readonly sizes: number[] = [];

  /** @param texts - the texts to search */
  constructor(texts: Iterable<string>) {
    for (const text of texts) {
      const words = wordSet(text);
      for (const word of words) {
        const list = this.textsOf.get(word);
        if (list) list.push(this.sizes.length);
        else this.textsOf.set(word, [this.sizes.length]);
      }
      this.sizes.push(words.size);
    }
  }

  /**
   * The most similar text; of equally similar ones the one with more words (it shares more of
   * them), then the earlier one.
   */
  find(text: string): Nearest {
    const words = wordSet(text);
    const shared = new Map<number, number>();
    for (const word of words) {
      for (const index of this.textsOf.get(word) ?? []) {
        shared.set(index, (shared.get(index) ?? 0) + 1);
      }
    }
    const best: Nearest = { index: -1, similarity: 0 };
    for (const [index, count] of shared) {
      const size = this.sizes[index]!;
      const similarity = count / (words.size + size - count);
      const bestSize = this.sizes[best.index] ?? 0;
      const better =
        similarity > best.similarity ||
        (similarity === best.similarity &&
          (size > bestSize || (size === bestSize && index < best.index)));
      if (better) {
        best.index = index;
        best.similarity = similarity;
      }
    }
    return best;
  }
}
