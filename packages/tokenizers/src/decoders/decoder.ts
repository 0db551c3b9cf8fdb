import type { JsonWritable } from '../json/fields.ts';

/** Turns tokens back into text. */
export interface Decoder {
  /** Rewrites the tokens; what remains is joined without separators. */
  decodeChain(tokens: readonly string[]): readonly string[];
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
