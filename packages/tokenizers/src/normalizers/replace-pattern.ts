import type { AlignedText } from '../aligned-text.ts';
import type { Decoder } from '../decoders/decoder.ts';
import type { Fields } from '../json/fields.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { type PatternSource, readPatternSource } from '../pattern/source.ts';
import type { Normalizer } from './normalizer.ts';

/** Replaces what a pattern matches, as {@link ReplaceText} does a plain text. */
export class ReplacePattern implements Normalizer, Decoder {
  private readonly source: PatternSource;
  private readonly content: string;
  private readonly pattern: Pattern;

  /**
   * @param source - What is replaced.
   * @param content - What it becomes.
   * @throws PatternError if the pattern is malformed or not supported.
   */
  constructor(source: PatternSource, content: string) {
    this.source = source;
    this.content = content;
    this.pattern = compilePattern(source);
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): ReplacePattern {
    return new ReplacePattern(readPatternSource(fields), fields.string('content'));
  }

  normalize(text: string): string {
    const matches = this.pattern.findAll(text);
    if (matches.length === 0) return text;
    let result = '';
    let done = 0;
    for (let i = 0; i < matches.length; i += 2) {
      result += text.slice(done, matches[i]) + this.content;
      done = matches[i + 1]!;
    }
    return result + text.slice(done);
  }

  align(text: AlignedText): AlignedText {
    return text.replace(this.pattern.findAll(text.text), this.content);
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return tokens.map((token) => this.normalize(token));
  }

  toJson() {
    return { type: 'Replace', pattern: this.source, content: this.content };
  }
}
