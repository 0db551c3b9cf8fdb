import type { Fields } from '../json/fields.ts';
import type { Decoder } from './decoder.ts';
import { cleanUp } from './word-piece.ts';

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

/** Joins all tokens to one. */
export class Fuse implements Decoder {
  decodeChain(tokens: readonly string[]): readonly string[] {
    return [tokens.join('')];
  }

  toJson() {
    return { type: 'Fuse' };
  }
}

/** Removes a character from the ends of each token. */
export class StripDecoder implements Decoder {
  private readonly content: string;
  private readonly start: number;
  private readonly stop: number;

  /**
   * @param content - The character.
   * @param start - At most so many are removed from the beginning.
   * @param stop - At most so many are removed from the end.
   */
  constructor(content: string, start: number, stop: number) {
    this.content = content;
    this.start = start;
    this.stop = stop;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): StripDecoder {
    return new StripDecoder(
      fields.character('content'),
      fields.integer('start'),
      fields.integer('stop'),
    );
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens.map((token) => {
      const characters = Array.from(token);
      let first = 0;
      while (first < this.start && characters[first] === this.content) first++;
      let last = characters.length;
      const least = Math.max(first, last - this.stop);
      while (last > least && characters[last - 1] === this.content) last--;
      return characters.slice(first, last).join('');
    });
  }

  toJson() {
    return { type: 'Strip', content: this.content, start: this.start, stop: this.stop };
  }
}

/** Reads the output of a model trained with CTC: repetitions and the padding between them go. */
export class CTC implements Decoder {
  private readonly padToken: string;
  private readonly wordDelimiterToken: string;
  private readonly cleanup: boolean;

  /**
   * @param padToken - Stands between repetitions.
   * @param wordDelimiterToken - Becomes a space, with `cleanup`.
   * @param cleanup - Remove the spaces before English punctuation and contractions.
   */
  constructor(padToken = '<pad>', wordDelimiterToken = '|', cleanup = true) {
    this.padToken = padToken;
    this.wordDelimiterToken = wordDelimiterToken;
    this.cleanup = cleanup;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): CTC {
    return new CTC(
      fields.string('pad_token'),
      fields.string('word_delimiter_token'),
      fields.boolean('cleanup'),
    );
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens
      .filter((token, index) => token !== tokens[index - 1])
      .map((token) => {
        const text = token.replaceAll(this.padToken, '');
        return this.cleanup ? cleanUp(text).replaceAll(this.wordDelimiterToken, ' ') : text;
      })
      .filter((token) => token !== '');
  }

  toJson() {
    return {
      type: 'CTC',
      pad_token: this.padToken,
      word_delimiter_token: this.wordDelimiterToken,
      cleanup: this.cleanup,
    };
  }
}
