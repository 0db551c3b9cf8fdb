import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';

/** What the Rust library's `\w` matches: letters, marks, digits, connecting punctuation, and what joins characters. */
const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const BLACK = /\P{White_Space}/u;

/** Words, and runs of what is neither word nor white space; white space goes. */
export class Whitespace extends Cutter {
  private readonly pieces = new ClassRuns([
    { pattern: WORD, runs: true },
    { pattern: BLACK, runs: true },
  ]);

  protected cuts(text: string): readonly number[] {
    return this.pieces.findAll(text);
  }

  toJson() {
    return { type: 'Whitespace' };
  }
}
