import { concatLists, sliceLists, type TokenLists } from './encoding-lists.ts';
import { trimOffsets } from './trim-offsets.ts';

/** Which end of an input is padded or cut. */
export type Side = 'left' | 'right';

/** Start and end of a token in the text it comes from. */
export type Offsets = readonly [start: number, end: number];

/** What is known of tokens besides their ids. */
export interface TokenPlaces {
  /** The tokens. */
  tokens: string[];
  /** Where each token stands in its text. */
  offsets: Offsets[];
  /** Index of the word each token belongs to, null for added ones. */
  word_ids: (number | null)[];
}

/** What padding is made of. */
export interface Padding {
  /** Id of the padding token. */
  id: number;
  /** The padding token. */
  token: string;
  /** Segment of the padding tokens. */
  typeId: number;
  /** Which end the padding goes to. */
  side: Side;
}

/**
 * The tokens of one input, as lists of equal length, under the names of Python's `Encoding`. Offsets
 * count UTF-16 units, as JavaScript's `slice` does, unless code points were asked for.
 */
export class Encoding implements TokenLists {
  /** Ids of the tokens. */
  ids: number[];
  /** Which segment each token belongs to, as BERT wants it. */
  type_ids: number[];
  /** 1 for tokens that the post-processor or padding added, 0 for tokens of the text. */
  special_tokens_mask: number[];
  /** 1 for tokens to attend to, 0 for padding. */
  attention_mask: number[];
  /** The tokens; empty if the encoding was made without places. */
  tokens: string[];
  /** Where each token stands in its text; empty if the encoding was made without places. */
  offsets: Offsets[];
  /** Index of the word each token belongs to, null for added ones; empty without places. */
  word_ids: (number | null)[];
  /** What truncation cut off, in windows that may overlap. */
  overflowing: Encoding[] = [];
  /** Whether tokens, offsets and words are known. */
  readonly hasPlaces: boolean;
  /** Which tokens come from which input: the first token and the one after the last, by input. */
  private sequenceRanges = new Map<number, Offsets>();

  /** @param lists - The lists; they become part of the encoding. @param hasPlaces - Whether all. */
  constructor(lists: TokenLists, hasPlaces: boolean) {
    this.ids = lists.ids;
    this.type_ids = lists.type_ids;
    this.special_tokens_mask = lists.special_tokens_mask;
    this.attention_mask = lists.attention_mask;
    this.tokens = lists.tokens;
    this.offsets = lists.offsets;
    this.word_ids = lists.word_ids;
    this.hasPlaces = hasPlaces;
  }

  /**
   * Tokens of a text.
   *
   * @param ids - Ids; the list becomes part of the encoding.
   * @param type_id - Segment of all tokens.
   * @param places - What else is known of them.
   */
  static ofText(ids: number[], type_id: number, places?: TokenPlaces): Encoding {
    const { tokens = [], offsets = [], word_ids = [] } = places ?? {};
    const filled = (value: number) => new Array<number>(ids.length).fill(value);
    const lists = {
      ids,
      type_ids: filled(type_id),
      special_tokens_mask: filled(0),
      attention_mask: filled(1),
      tokens,
      offsets,
      word_ids,
    };
    return new Encoding(lists, places !== undefined);
  }

  /**
   * Tokens that a post-processor or padding adds.
   *
   * @param ids - Ids; the list becomes part of the encoding.
   * @param tokens - The tokens.
   * @param type_id - Segment of all tokens.
   * @param hasPlaces - Whether the encoding that they are added to has places.
   */
  static ofAdded(
    ids: number[],
    tokens: readonly string[],
    type_id: number,
    hasPlaces: boolean,
  ): Encoding {
    const places = hasPlaces
      ? {
          tokens: [...tokens],
          offsets: ids.map((): Offsets => [0, 0]),
          word_ids: ids.map(() => null),
        }
      : undefined;
    const encoding = Encoding.ofText(ids, type_id, places);
    encoding.special_tokens_mask.fill(1);
    return encoding;
  }

  /** Tokens that a post-processor puts beside those of this encoding; see {@link Encoding.ofAdded}. */
  added(ids: number[], tokens: readonly string[], type_id: number): Encoding {
    return Encoding.ofAdded(ids, tokens, type_id, this.hasPlaces);
  }

  /** Tokens in the encoding. */
  get length(): number {
    return this.ids.length;
  }

  /** Inputs that the tokens come from: 2 for a pair. */
  get n_sequences(): number {
    return this.sequenceRanges.size || 1;
  }

  /** Index of the input each token comes from, null for added ones. */
  get sequence_ids(): (number | null)[] {
    const ids = new Array<number | null>(this.length).fill(null);
    for (let sequence = 0; sequence < this.n_sequences; sequence++) {
      ids.fill(sequence, ...this.rangeOf(sequence));
    }
    return ids;
  }

  /** Says that all tokens come from one input. */
  setSequence(sequence: number): void {
    this.sequenceRanges.set(sequence, [0, this.length]);
  }

  private rangeOf(sequence: number): Offsets {
    return this.sequenceRanges.get(sequence) ?? [0, this.length];
  }

  /** The input that a token comes from, or null. */
  token_to_sequence(token: number): number | null {
    for (let sequence = 0; sequence < this.n_sequences; sequence++) {
      const [start, end] = this.rangeOf(sequence);
      if (token >= start && token < end) return sequence;
    }
    return null;
  }

  /** Where a token stands in its text, or null for an added token. */
  token_to_chars(token: number): Offsets | null {
    return this.token_to_sequence(token) === null ? null : (this.offsets[token] ?? null);
  }

  /** The word that a token belongs to, or null. */
  token_to_word(token: number): number | null {
    return this.token_to_sequence(token) === null ? null : (this.word_ids[token] ?? null);
  }

  /**
   * The token that covers a place of the text, or null.
   *
   * @param position - The place, in the unit of the offsets.
   * @param sequence - Which input.
   */
  char_to_token(position: number, sequence = 0): number | null {
    const [first, end] = this.rangeOf(sequence);
    for (let token = first; token < end; token++) {
      const [start, stop] = this.offsets[token] ?? [0, 0];
      if (position >= start && position < stop) return token;
    }
    return null;
  }

  /** The word that covers a place of the text; see {@link char_to_token}. */
  char_to_word(position: number, sequence = 0): number | null {
    const token = this.char_to_token(position, sequence);
    return token === null ? null : this.token_to_word(token);
  }

  /** The tokens of a word: the first, and the one after the last; null if it has none. */
  word_to_tokens(word: number, sequence = 0): Offsets | null {
    const [first, end] = this.rangeOf(sequence);
    const start = this.word_ids.indexOf(word, first);
    if (start < 0 || start >= end) return null;
    let stop = start + 1;
    while (stop < end && this.word_ids[stop] === word) stop++;
    return [start, stop];
  }

  /** Where a word stands in its text; null if it has no tokens. */
  word_to_chars(word: number, sequence = 0): Offsets | null {
    const tokens = this.word_to_tokens(word, sequence);
    return tokens && [this.offsets[tokens[0]]![0], this.offsets[tokens[1] - 1]![1]];
  }

  /**
   * Leaves the spaces at the ends of byte-level tokens out of their offsets.
   *
   * @param addPrefixSpace - Whether one space at the beginning was added and is not there.
   */
  trimOffsets(addPrefixSpace: boolean): void {
    for (const { offsets, tokens } of [this, ...this.overflowing]) {
      trimOffsets(offsets, tokens, addPrefixSpace);
    }
  }

  /** A part of the tokens, without what overflows; which input they come from is forgotten. */
  slice(start: number, end: number): Encoding {
    return new Encoding(sliceLists(this, start, end), this.hasPlaces);
  }

  /** This encoding followed by another; windows that overflow are joined with all of the other's. */
  concat(next: Encoding): Encoding {
    const joined = this.concatWindow(next);
    for (const mine of this.overflowing) {
      for (const theirs of [next, ...next.overflowing]) {
        joined.overflowing.push(mine.concatWindow(theirs));
      }
    }
    for (const theirs of next.overflowing) joined.overflowing.push(this.concatWindow(theirs));
    return joined;
  }

  private concatWindow(next: Encoding): Encoding {
    const joined = new Encoding(concatLists(this, next), this.hasPlaces);
    joined.sequenceRanges = new Map(this.sequenceRanges);
    for (const [sequence, [start, end]] of next.sequenceRanges) {
      joined.sequenceRanges.set(sequence, [this.length + start, this.length + end]);
    }
    return joined;
  }

  /**
   * The encoding and what overflows padded to `length` tokens; longer ones stay as they are.
   *
   * @param length - Tokens wanted.
   * @param padding - The padding token, and which end it goes to.
   */
  pad(length: number, padding: Padding): Encoding {
    const overflowing = this.overflowing.map((each) => each.pad(length, padding));
    const missing = Math.max(0, length - this.length);
    const added = this.added(
      new Array<number>(missing).fill(padding.id),
      new Array<string>(missing).fill(padding.token),
      padding.typeId,
    );
    added.attention_mask.fill(0);
    const padded = padding.side === 'right' ? this.concatWindow(added) : added.concatWindow(this);
    padded.overflowing = overflowing;
    return padded;
  }
}

/** All encodings one after the other; see {@link Encoding.concat}. */
export function concatEncodings(encodings: readonly Encoding[]): Encoding {
  const [first, ...rest] = encodings;
  return rest.reduce((joined, each) => joined.concat(each), first ?? Encoding.ofText([], 0));
}
