import type { Fields } from '../json/fields.ts';
import { cutAtMatches } from './behavior.ts';
import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';

/** Cuts numbers off, as a whole or digit by digit. */
export class Digits extends Cutter {
  private readonly individual: boolean;
  private readonly numbers: ClassRuns;

  /** @param individual - Each digit is a piece of its own. */
  constructor(individual = false) {
    super();
    this.individual = individual;
    this.numbers = new ClassRuns([{ pattern: /\p{N}/u, runs: !individual }]);
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Digits {
    return new Digits(fields.boolean('individual_digits'));
  }

  protected cuts(text: string): readonly number[] {
    return cutAtMatches(this.numbers.findAll(text), text.length, 'Isolated', false);
  }

  toJson() {
    return { type: 'Digits', individual_digits: this.individual };
  }
}
