import type { AlignedText } from '../aligned-text.ts';
import type { Fields } from '../json/fields.ts';
import { isSpace } from '../white-space.ts';
import type { Normalizer } from './normalizer.ts';

/** Removes white space at the ends. */
export class Strip implements Normalizer {
  private readonly left: boolean;
  private readonly right: boolean;

  /** @param left - At the beginning. @param right - At the end. */
  constructor(left = true, right = true) {
    this.left = left;
    this.right = right;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Strip {
    return new Strip(fields.boolean('strip_left'), fields.boolean('strip_right'));
  }

  normalize(text: string): string {
    return text.slice(...this.kept(text));
  }

  align(text: AlignedText): AlignedText {
    return text.strip(...this.kept(text.text));
  }

  private kept(text: string): [number, number] {
    let start = 0;
    let end = text.length;
    if (this.left) while (start < end && isSpace(text.charCodeAt(start))) start++;
    if (this.right) while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    return [start, end];
  }

  toJson() {
    return { type: 'Strip', strip_left: this.left, strip_right: this.right };
  }
}
