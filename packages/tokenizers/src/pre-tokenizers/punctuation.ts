import type { Fields } from '../json/fields.ts';
import { cutAtMatches, SPLIT_BEHAVIORS, type SplitBehavior } from './behavior.ts';
import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';
import { PUNCTUATION } from './punctuation-class.ts';

/** Cuts at punctuation. */
export class Punctuation extends Cutter {
  private readonly behavior: SplitBehavior;
  private readonly marks = new ClassRuns([{ pattern: PUNCTUATION, runs: false }]);

  /** @param behavior - What becomes of the marks. */
  constructor(behavior: SplitBehavior = 'Isolated') {
    super();
    this.behavior = behavior;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Punctuation {
    return new Punctuation(fields.oneOf('behavior', SPLIT_BEHAVIORS, 'Isolated'));
  }

  protected cuts(text: string): readonly number[] {
    return cutAtMatches(this.marks.findAll(text), text.length, this.behavior, false);
  }

  toJson() {
    return { type: 'Punctuation', behavior: this.behavior };
  }
}
