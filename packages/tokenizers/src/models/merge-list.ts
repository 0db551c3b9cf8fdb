/** A pair of tokens to be joined. */
export type Merge = readonly [left: string, right: string];

/** Merges whose tokens are not strings yet: a large file has a million. */
export interface PackedMerges {
  /** How many there are. */
  readonly length: number;
  /** The tokens of a merge. */
  at(rank: number): Merge;
  /**
   * Ids of the tokens of all merges, the left and the right one in turn; -1 for what is no token.
   *
   * @param vocab - Ids by token.
   * @param tokens - Tokens by id.
   */
  idsIn(vocab: ReadonlyMap<string, number>, tokens: readonly (string | undefined)[]): Int32Array;
}

/** True for merges that were packed; nothing in a JSON value is a function. */
export function isPacked(merges: unknown): merges is PackedMerges {
  return typeof (merges as PackedMerges | undefined)?.idsIn === 'function';
}
