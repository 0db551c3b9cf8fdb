import type { Fields } from '../json/fields.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { type PatternSource, readPatternSource } from '../pattern/source.ts';
import { cutAtMatches, SPLIT_BEHAVIORS, type SplitBehavior } from './behavior.ts';
import { Cutter } from './cutter.ts';

/** Cuts where a pattern matches. */
export class Split extends Cutter {
  private readonly source: PatternSource;
  private readonly behavior: SplitBehavior;
  private readonly invert: boolean;
  private readonly pattern: Pattern;

  /**
   * @param source - What is matched.
   * @param behavior - What becomes of the matches.
   * @param invert - Whether what lies between the matches counts as matched instead.
   * @throws PatternError if the pattern is malformed or not supported.
   */
  constructor(source: PatternSource, behavior: SplitBehavior, invert = false) {
    super();
    this.source = source;
    this.behavior = behavior;
    this.invert = invert;
    this.pattern = compilePattern(source);
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Split {
    return new Split(
      readPatternSource(fields),
      fields.oneOf('behavior', SPLIT_BEHAVIORS),
      fields.boolean('invert'),
    );
  }

  protected cuts(text: string): readonly number[] {
    const matches = this.pattern.findAll(text);
    return cutAtMatches(matches, text.length, this.behavior, this.invert);
  }

  toJson() {
    return {
      type: 'Split',
      pattern: this.source,
      behavior: this.behavior,
      invert: this.invert,
    };
  }
}
