import type { AlignedText } from '../aligned-text.ts';
import type { Decoder } from '../decoders/decoder.ts';
import type { Fields } from '../json/fields.ts';
import { findText } from '../pattern/find-text.ts';
import type { Normalizer } from './normalizer.ts';

/** Replaces a text wherever it stands; as a decoder, in each token. */
export class ReplaceText implements Normalizer, Decoder {
  private readonly wanted: string;
  private readonly content: string;

  /** @param wanted - What is replaced; not empty. @param content - What it becomes. */
  constructor(wanted: string, content: string) {
    this.wanted = wanted;
    this.content = content;
  }

  /** Reads the settings from a file, whose pattern is `{ "String": ... }`. */
  static read(fields: Fields): ReplaceText {
    const pattern = fields.fields('pattern');
    const wanted = pattern.string('String');
    pattern.finish();
    return new ReplaceText(wanted, fields.string('content'));
  }

  normalize(text: string): string {
    return text.replaceAll(this.wanted, () => this.content);
  }

  align(text: AlignedText): AlignedText {
    return text.replace(findText(text.text, this.wanted), this.content);
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens.map((token) => this.normalize(token));
  }

  toJson() {
    return { type: 'Replace', pattern: { String: this.wanted }, content: this.content };
  }
}
