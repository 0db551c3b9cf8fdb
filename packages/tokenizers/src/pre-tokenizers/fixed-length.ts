import { widthAt } from '../code-points.ts';
import type { Fields } from '../json/fields.ts';
import { Cutter } from './cutter.ts';

/** Pieces of a fixed number of characters; the last may be shorter. */
export class FixedLength extends Cutter {
  private readonly length: number;

  /**
   * @param length - Code points of a piece.
   * @throws Error if it is not an integer of 1 or more.
   */
  constructor(length = 5) {
    super();
    if (!Number.isInteger(length) || length < 1) {
      throw new Error(`FixedLength: length: got ${length}, wants an integer of 1 or more`);
    }
    this.length = length;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): FixedLength {
    return new FixedLength(fields.optionalInteger('length', 5));
  }

  protected cuts(text: string): readonly number[] {
    const cuts: number[] = [];
    for (let start = 0, end = 0; start < text.length; start = end) {
      for (let i = 0; i < this.length && end < text.length; i++) end += widthAt(text, end);
      cuts.push(start, end);
    }
    return cuts;
  }

  toJson() {
    return { type: 'FixedLength', length: this.length };
  }
}
