import { byteLevelPreTokenizer, type EncodeOptions, Tokenizer } from 'tokenizers';
import { ByteLevel } from '../../src/index.ts';

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

  /** All lists of one encoding. */
  async encodeFully(text: string, pair?: string) {
    const encoding = await this.tokenizer.encode(text, pair ?? null);
    return {
      ids: encoding.getIds(),
      typeIds: encoding.getTypeIds(),
      specialTokensMask: encoding.getSpecialTokensMask(),
      attentionMask: encoding.getAttentionMask(),
    };
  }

  decode(ids: number[], skipSpecialTokens: boolean): Promise<string> {
    return this.tokenizer.decode(ids, skipSpecialTokens);
  }

  get raw(): Tokenizer {
    return this.tokenizer;
  }
}
