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
   * The two halves of `preTokenize` where the last step rewrites each piece by itself, so that what
   * becomes of a piece can be remembered under its text as it stands in the input.
   */
  readonly halves?: PreTokenizerHalves | undefined;
  /**
   * The pieces, in order; none of them empty.
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
  /** Cuts a text into pieces. */
  split(text: string, atStart: boolean): string[];
  /** True if `split` leaves every text as it is. */
  readonly keepsWhole?: boolean;
  /** Rewrites one piece. */
  rewrite(piece: string): string;
}
