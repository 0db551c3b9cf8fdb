import type { Fields } from '../json/fields.ts';
import { Pattern } from '../pattern/pattern.ts';
import { cutAtMatches } from './behavior.ts';
import { Cutter } from './cutter.ts';

/** What stands between one character. */
export class CharDelimiterSplit extends Cutter {
  private readonly delimiter: string;
  private readonly pattern: Pattern;

  /** @param delimiter - The character; it goes. */
  constructor(delimiter: string) {
    super();
    this.delimiter = delimiter;
    this.pattern = Pattern.literal(delimiter);
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): CharDelimiterSplit {
    return new CharDelimiterSplit(fields.character('delimiter'));
  }

  protected cuts(text: string): readonly number[] {
    return cutAtMatches(this.pattern.findAll(text), text.length, 'Removed', false);
  }

  toJson() {
    return { type: 'CharDelimiterSplit', delimiter: this.delimiter };
  }
}
