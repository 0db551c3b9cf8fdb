/** The lists of an encoding. The last three are empty if nobody asked for places. */
export interface TokenLists {
  /** Ids of the tokens. */
  ids: number[];
  /** Which segment each token belongs to. */
  type_ids: number[];
  /** 1 for tokens that were added, 0 for tokens of the text. */
  special_tokens_mask: number[];
  /** 1 for tokens to attend to, 0 for padding. */
  attention_mask: number[];
  /** The tokens. */
  tokens: string[];
  /** Where each token stands in its text. */
  offsets: (readonly [start: number, end: number])[];
  /** Index of the word each token belongs to, null for added ones. */
  word_ids: (number | null)[];
}

/** A part of all lists. */
export function sliceLists(lists: TokenLists, start: number, end: number): TokenLists {
  return {
    ids: lists.ids.slice(start, end),
    type_ids: lists.type_ids.slice(start, end),
    special_tokens_mask: lists.special_tokens_mask.slice(start, end),
    attention_mask: lists.attention_mask.slice(start, end),
    tokens: lists.tokens.slice(start, end),
    offsets: lists.offsets.slice(start, end),
    word_ids: lists.word_ids.slice(start, end),
  };
}

/** Lists followed by others. */
export function concatLists(first: TokenLists, second: TokenLists): TokenLists {
  return {
    ids: first.ids.concat(second.ids),
    type_ids: first.type_ids.concat(second.type_ids),
    special_tokens_mask: first.special_tokens_mask.concat(second.special_tokens_mask),
    attention_mask: first.attention_mask.concat(second.attention_mask),
    tokens: first.tokens.concat(second.tokens),
    offsets: first.offsets.concat(second.offsets),
    word_ids: first.word_ids.concat(second.word_ids),
  };
}
