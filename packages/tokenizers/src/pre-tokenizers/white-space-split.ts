import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';

const BLACK = /\P{White_Space}/u;

/** What stands between white space. */
export class WhitespaceSplit extends Cutter {
  private readonly pieces = new ClassRuns([{ pattern: BLACK, runs: true }]);

  protected cuts(text: string): readonly number[] {
    return this.pieces.findAll(text);
  }

  toJson() {
    return { type: 'WhitespaceSplit' };
  }
}
