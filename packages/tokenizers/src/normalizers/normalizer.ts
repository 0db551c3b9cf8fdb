import type { AlignedText } from '../aligned-text.ts';
import type { JsonWritable } from '../json/fields.ts';

/** Rewrites text before it is split. */
export interface Normalizer {
  /** The text rewritten. */
  normalize(text: string): string;
  /** The same for a text that remembers where its characters come from. */
  align(text: AlignedText): AlignedText;
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
