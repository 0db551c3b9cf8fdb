import type { AlignedText } from '../aligned-text.ts';
import type { Fields } from '../json/fields.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { compilePattern, type PatternSource, readPatternSource } from '../pattern/read.ts';
import type { Normalizer } from './normalizer.ts';

/** Replaces what a pattern matches; as a decoder, in each token. */
export class Replace implements Normalizer {
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
  static read(fields: Fields): Replace {
    return new Replace(readPatternSource(fields), fields.string('content'));
  }

  normalize(text: string): string {
    const { source, content } = this;
    if ('String' in source && source.String !== '') {
      return text.includes(source.String) ? text.split(source.String).join(content) : text;
    }
    const matches = this.pattern.findAll(text);
    if (matches.length === 0) return text;
    let result = '';
    let done = 0;
    for (let i = 0; i < matches.length; i += 2) {
      result += text.slice(done, matches[i]) + content;
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
