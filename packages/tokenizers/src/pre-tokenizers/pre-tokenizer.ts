import type { AlignedText } from '../aligned-text.ts';
import type { JsonWritable } from '../json/fields.ts';

/** Splits text into the pieces that the model sees one by one. */
export interface PreTokenizer {
  /**
   * True if the pieces depend on where in the input the text begins. Then only `align` knows the
   * answer for text that a normalizer changed.
   */
  readonly dependsOnPlace?: boolean;
  /**
   * The two halves of `preTokenize` where it cuts a text and then rewrites each piece by itself, so
   * that what becomes of a piece is found by its place in the text, without making a string of it.
   */
  readonly halves?: PreTokenizerHalves | undefined;
  /**
   * The pieces, in order; none of them empty. What `dependsOnPlace` and has no `halves` need not know them.
   *
   * @param text - The text.
   * @param atStart - Whether the text begins the input; true by default.
   */
  preTokenize(text: string, atStart?: boolean): string[];
  /** The same for a text that remembers where its characters come from. */
  align(text: AlignedText): AlignedText[];
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}

/** A pre-tokenizer in two steps. */
export interface PreTokenizerHalves {
  /** The text that is cut, where it is not the text as given. @param text - Not empty. */
  whole?(text: string, atStart: boolean): string;
  /** Start and end of each piece, in turn, none empty; the text is one piece if absent. @param text - Not empty. */
  cuts?(text: string): readonly number[];
  /** Rewrites one piece; pieces stay as they are if absent. */
  rewrite?(piece: string): string;
}
