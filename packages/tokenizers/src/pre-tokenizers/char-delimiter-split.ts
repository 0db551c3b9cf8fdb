import type { Fields } from '../json/fields.ts';
import { cutAtMatches } from './behavior.ts';
import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';

/** What stands between one character. */
export class CharDelimiterSplit extends Cutter {
  private readonly delimiter: string;
  private readonly delimiters: ClassRuns;

  /** @param delimiter - The character; it goes. */
  constructor(delimiter: string) {
    super();
    this.delimiter = delimiter;
    const pattern = { test: (character: string) => character === delimiter };
    this.delimiters = new ClassRuns([{ pattern, runs: false }]);
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): CharDelimiterSplit {
    return new CharDelimiterSplit(fields.character('delimiter'));
  }

  protected cuts(text: string): readonly number[] {
    return cutAtMatches(this.delimiters.findAll(text), text.length, 'Removed', false);
  }

  toJson() {
    return { type: 'CharDelimiterSplit', delimiter: this.delimiter };
  }
}
