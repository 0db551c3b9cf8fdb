import type { AlignedText } from '../aligned-text.ts';
import type { JsonWritable } from '../json/fields.ts';
import { piecesOf } from './pieces-of.ts';
import type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizer.ts';

/** A pre-tokenizer that cuts text and changes no character of it. */
export abstract class Cutter implements PreTokenizer {
  readonly halves: PreTokenizerHalves = { cuts: (text) => this.cuts(text) };
  /** Start and end of each piece, in turn; none empty. @param text - Not empty. */
  protected abstract cuts(text: string): readonly number[];
  abstract toJson(): JsonWritable;

  preTokenize(text: string): string[] {
    return text === '' ? [] : piecesOf(this.halves, text, true);
  }

  align(text: AlignedText): AlignedText[] {
    return text.text === '' ? [] : text.slices(this.cuts(text.text));
  }
}
