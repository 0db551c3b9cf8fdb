import type { Fields } from '../json/fields.ts';
import type { Decoder } from './decoder.ts';

/** Makes the suffix that ends words a space, the last one nothing. */
export class BPEDecoder implements Decoder {
  private readonly suffix: string;

  /** @param suffix - What ends words in the vocabulary. */
  constructor(suffix = '</w>') {
    this.suffix = suffix;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): BPEDecoder {
    return new BPEDecoder(fields.string('suffix'));
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens.map((token, index) =>
      token.replaceAll(this.suffix, index === tokens.length - 1 ? '' : ' '),
    );
  }

  toJson() {
    return { type: 'BPEDecoder', suffix: this.suffix };
  }
}
