import type { PreTokenizer } from './pre-tokenizer.ts';

/** Several pre-tokenizers; each splits the pieces of the one before. */
export class PreTokenizerSequence implements PreTokenizer {
  private readonly preTokenizers: readonly PreTokenizer[];

  /** @param preTokenizers - In the order of their application. */
  constructor(preTokenizers: readonly PreTokenizer[]) {
    this.preTokenizers = preTokenizers;
  }

  preTokenize(text: string): string[] {
    let pieces = text === '' ? [] : [text];
    for (const each of this.preTokenizers) {
      pieces = pieces.flatMap((piece) => each.preTokenize(piece));
    }
    return pieces;
  }

  toJson() {
    return { type: 'Sequence', pretokenizers: this.preTokenizers.map((each) => each.toJson()) };
  }
}
