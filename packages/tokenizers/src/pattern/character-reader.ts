import { PatternError } from './error.ts';

/** Reads a pattern character by character. */
export class CharacterReader {
  /** The pattern. */
  readonly source: string;
  private index = 0;

  /** @param source - The pattern. */
  constructor(source: string) {
    this.source = source;
  }

  /** Index of the next character. */
  get position(): number {
    return this.index;
  }

  /** True at the end. */
  get done(): boolean {
    return this.index >= this.source.length;
  }

  /** The next code point, which stays; empty at the end. */
  peek(): string {
    const codePoint = this.source.codePointAt(this.index);
    return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
  }

  /** The next code point. @throws PatternError at the end. */
  next(): string {
    const character = this.peek();
    if (character === '') throw this.error('ends too early');
    this.index += character.length;
    return character;
  }

  /** Takes `text` if it comes next. */
  take(text: string): boolean {
    if (!this.source.startsWith(text, this.index)) return false;
    this.index += text.length;
    return true;
  }

  /** Takes what an expression matches here; null if nothing. @param sticky - With the flag `y`. */
  takeMatch(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.index;
    const match = sticky.exec(this.source);
    if (match) this.index = sticky.lastIndex;
    return match;
  }

  /** An error about this pattern. */
  error(reason: string): PatternError {
    return PatternError.about(this.source, reason);
  }
}
