import type { JsonWritable } from '../json/fields.ts';

/** Splits text into the pieces that the model sees one by one. */
export interface PreTokenizer {
  /** The pieces, in order; none of them empty. */
  preTokenize(text: string): string[];
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
