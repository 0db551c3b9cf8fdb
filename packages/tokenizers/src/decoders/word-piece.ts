import type { Fields } from '../json/fields.ts';
import type { Decoder } from './decoder.ts';

/** The spaces before English punctuation and contractions, and what they become. */
const CLEAN_UP: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** Puts pieces of words together: those with the prefix without a space, the others with one. */
export class WordPieceDecoder implements Decoder {
  private readonly prefix: string;
  private readonly cleanup: boolean;

  /** @param prefix - Marks pieces that continue a word. @param cleanup - See {@link cleanUp}. */
  constructor(prefix = '##', cleanup = true) {
    this.prefix = prefix;
    this.cleanup = cleanup;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): WordPieceDecoder {
    return new WordPieceDecoder(fields.string('prefix'), fields.boolean('cleanup'));
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens.map((token, index) => {
      const continues = token.startsWith(this.prefix);
      const rest = continues ? token.slice(this.prefix.length) : ` ${token}`;
      const text = index === 0 ? token : rest;
      return this.cleanup ? cleanUp(text) : text;
    });
  }

  toJson() {
    return { type: 'WordPiece', prefix: this.prefix, cleanup: this.cleanup };
  }
}

/** Removes the spaces before English punctuation and contractions, as the Rust library does. */
export function cleanUp(text: string): string {
  return CLEAN_UP.reduce((result, [from, to]) => result.replaceAll(from, to), text);
}
