import type { JsonWritable } from '../json/fields.ts';

/** The tokens of a piece, with their places in it. */
export interface TokenSpans {
  /** Ids of the tokens. */
  readonly ids: readonly number[];
  /** The tokens, where they are not what the vocabulary has for the id (unknown text). */
  readonly tokens?: readonly string[] | undefined;
  /** Where each token begins in the piece, in UTF-16 units. */
  readonly starts: readonly number[];
  /** Where each token ends in the piece, in UTF-16 units. */
  readonly ends: readonly number[];
}

/** The tokens of a piece, one after the other without gaps. */
export interface TokenWidths {
  /** Ids of the tokens. */
  readonly ids: readonly number[];
  /** Bytes of the piece, in UTF-8, that each token stands for. */
  readonly widths: readonly number[];
}

/** Turns a piece of text into ids of a vocabulary. */
export interface TokenModel {
  /** The vocabulary: ids by token. */
  readonly vocab: ReadonlyMap<string, number>;
  /** True if two calls with one piece may differ, so that nothing may be remembered. */
  readonly isRandom?: boolean;
  /** The ids of a piece. */
  tokenize(piece: string): readonly number[];
  /** The ids of a piece, and where in it each token stands. */
  tokenizeSpans(piece: string): TokenSpans | TokenWidths;
  /** The token of an id, or undefined. */
  idToToken(id: number): string | undefined;
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
