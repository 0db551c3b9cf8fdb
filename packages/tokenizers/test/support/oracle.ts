import { byteLevelPreTokenizer, type EncodeOptions, type JsEncoding, Tokenizer } from 'tokenizers';
import { ByteLevel } from '../../src/components/index.ts';
import type { Encoding } from '../../src/index.ts';

const rustSplit = byteLevelPreTokenizer(false, true);
const ourSplit = new ByteLevel({ add_prefix_space: false });

/** The pieces of a text, from the Rust library. */
export function rustPieces(text: string): string[] {
  return rustSplit.preTokenizeString(text).map(([piece]) => piece);
}

/** The pieces of a text, from here. */
export function ourPieces(text: string): string[] {
  return ourSplit.preTokenize(text);
}

/**
 * True if Node's Unicode and the library's class every character of a text alike. They are of
 * different years: what one takes for a letter may be unassigned in the other. The test of the
 * split checks that nothing else differs.
 */
export function sameUnicode(text: string): boolean {
  return Array.from(text).every((character) => {
    const context = `a${character}1${character}`;
    return ourPieces(context).join('|') === rustPieces(context).join('|');
  });
}

/** The Rust library's tokenizer of a tokenizer.json. */
export class Oracle {
  private readonly tokenizer: Tokenizer;

  constructor(json: string) {
    this.tokenizer = Tokenizer.fromString(json);
  }

  async encode(text: string, options: EncodeOptions & { pair?: string } = {}): Promise<number[]> {
    const { pair, ...rest } = options;
    return (await this.tokenizer.encode(text, pair ?? null, rest)).getIds();
  }

  /** All lists of one encoding, what overflows included. */
  async encodeFully(text: string, pair?: string, options: EncodeOptions = {}) {
    return rustDetails(await this.tokenizer.encode(text, pair ?? null, options));
  }

  decode(ids: number[], skipSpecialTokens: boolean): Promise<string> {
    return this.tokenizer.decode(ids, skipSpecialTokens);
  }

  get raw(): Tokenizer {
    return this.tokenizer;
  }
}

/** All lists of an encoding from here. */
export function ourDetails(encoding: Encoding): object {
  const { ids, type_ids, tokens, offsets, word_ids, sequence_ids } = encoding;
  return {
    ids,
    type_ids,
    tokens,
    offsets,
    word_ids,
    sequence_ids,
    special_tokens_mask: encoding.special_tokens_mask,
    attention_mask: encoding.attention_mask,
    overflowing: encoding.overflowing.map(ourDetails),
  };
}

/** All lists of an encoding from the Rust library, in the same form. */
export function rustDetails(encoding: JsEncoding): object {
  return {
    ids: encoding.getIds(),
    type_ids: encoding.getTypeIds(),
    tokens: encoding.getTokens(),
    offsets: encoding.getOffsets(),
    word_ids: encoding.getWordIds().map((word) => word ?? null),
    sequence_ids: encoding.getSequenceIds().map((sequence) => sequence ?? null),
    special_tokens_mask: encoding.getSpecialTokensMask(),
    attention_mask: encoding.getAttentionMask(),
    overflowing: encoding.getOverflowing().map(rustDetails),
  };
}
