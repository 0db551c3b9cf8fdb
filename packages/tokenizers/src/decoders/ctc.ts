import type { Fields } from '../json/fields.ts';
import type { Decoder } from './decoder.ts';
import { cleanUp } from './word-piece.ts';

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
