import type { JsonWritable } from '../json/fields.ts';

/** Rewrites text before it is split. */
export interface Normalizer {
  /** The text rewritten. */
  normalize(text: string): string;
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
