import type { AlignedText } from '../aligned-text.ts';
import type { JsonWritable } from '../json/fields.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

/** A pre-tokenizer that cuts text and changes no character of it. */
export abstract class Cutter implements PreTokenizer {
  /** Start and end of each piece, in turn; none empty. @param text - Not empty. */
  protected abstract cuts(text: string): readonly number[];
  abstract toJson(): JsonWritable;

  preTokenize(text: string): string[] {
    if (text === '') return [];
    const cuts = this.cuts(text);
    const pieces = new Array<string>(cuts.length / 2);
    for (let i = 0; i < pieces.length; i++) pieces[i] = text.slice(cuts[2 * i], cuts[2 * i + 1]);
    return pieces;
  }

  align(text: AlignedText): AlignedText[] {
    return text.text === '' ? [] : text.slices(this.cuts(text.text));
  }
}
