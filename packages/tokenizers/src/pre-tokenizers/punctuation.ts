import type { Fields } from '../json/fields.ts';
import { Pattern } from '../pattern/pattern.ts';
import { cutAtMatches, SPLIT_BEHAVIORS, type SplitBehavior } from './behavior.ts';
import { Cutter } from './cutter.ts';

/** Punctuation, and the ASCII symbols that pass for it, as the inside of a class of a pattern. */
export const PUNCTUATION = String.raw`\p{P}!-/:-@\[-\x60\{-~`;

/** Cuts at punctuation. */
export class Punctuation extends Cutter {
  private readonly behavior: SplitBehavior;
  private readonly pattern = new Pattern(`[${PUNCTUATION}]`);

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
    return cutAtMatches(this.pattern.findAll(text), text.length, this.behavior, false);
  }

  toJson() {
    return { type: 'Punctuation', behavior: this.behavior };
  }
}

/** BERT's pieces: runs between white space and punctuation, and each punctuation mark. */
export class BertPreTokenizer extends Cutter {
  private readonly pattern = new Pattern(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`);

  protected cuts(text: string): readonly number[] {
    return this.pattern.findAll(text);
  }

  toJson() {
    return { type: 'BertPreTokenizer' };
  }
}
