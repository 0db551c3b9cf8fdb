import type { Fields } from '../json/fields.ts';
import type { Decoder } from './decoder.ts';

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
