import { ClassRuns } from './class-runs.ts';
import { Cutter } from './cutter.ts';
import { PUNCTUATION } from './punctuation-class.ts';

/** BERT's pieces: runs between white space and punctuation, and each punctuation mark. */
export class BertPreTokenizer extends Cutter {
  private readonly pieces = new ClassRuns([
    { pattern: PUNCTUATION, runs: false },
    { pattern: /\P{White_Space}/u, runs: true },
  ]);

  protected cuts(text: string): readonly number[] {
    return this.pieces.findAll(text);
  }

  toJson() {
    return { type: 'BertPreTokenizer' };
  }
}
