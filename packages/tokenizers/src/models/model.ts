import type { JsonWritable } from '../json/fields.ts';

/** Turns a piece of text into ids of a vocabulary. */
export interface TokenModel {
  /** The vocabulary: ids by token. */
  readonly vocab: ReadonlyMap<string, number>;
  /** The ids of a piece; the list belongs to the model and must not be changed. */
  tokenize(piece: string): readonly number[];
  /** The token of an id, or undefined. */
  idToToken(id: number): string | undefined;
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
