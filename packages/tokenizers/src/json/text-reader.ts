import { hashWith } from '../unit-table.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** Reads the plainest parts of JSON from a text, one after the other; what is anything else is left to `JSON.parse`. */
export class TextReader {
  /** The text. */
  readonly text: string;
  /** Index of what comes next. */
  at: number;
  /** Where the string that was read last begins, behind its quotation mark. */
  start = 0;
  /** Where it ends. */
  end = 0;
  /** What {@link hashWith} makes of its units; 0 if it was written with escapes. */
  hash = 0;
  /** The string if it was written with escapes. */
  unescaped: string | undefined;

  /** @param text - The text. @param at - Index to begin at. */
  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** Takes a character, and white space before it. @param wanted - Its code. */
  take(wanted: number): boolean {
    if (this.skipSpace() !== wanted) return false;
    this.at++;
    return true;
  }

  /** Takes a string. */
  string(): boolean {
    if (!this.take(QUOTE)) return false;
    const { text, at: start } = this;
    let hash = 0;
    for (let end = start; ; end++) {
      const unit = text.charCodeAt(end);
      if (unit === QUOTE) {
        this.start = start;
        this.end = end;
        this.hash = hash;
        this.unescaped = undefined;
        this.at = end + 1;
        return true;
      }
      if (unit === BACKSLASH) return this.escapedString(start);
      // Control characters are not allowed; NaN is the end of the text.
      if (!(unit >= 0x20)) return false;
      hash = hashWith(hash, unit);
    }
  }

  /** Takes an integer from 0 to 2^31 - 1, written with digits only; -1 if there is none. */
  integer(): number {
    let digit = this.skipSpace() - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    const first = digit;
    let value = 0;
    let count = 0;
    for (; digit >= 0 && digit <= 9; count++) {
      value = 10 * value + digit;
      digit = this.text.charCodeAt(++this.at) - ZERO;
    }
    const isPlain = (first > 0 || count === 1) && count <= 10 && value < 2 ** 31;
    return isPlain ? value : -1;
  }

  private skipSpace(): number {
    const { text } = this;
    let unit = text.charCodeAt(this.at);
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) {
      unit = text.charCodeAt(++this.at);
    }
    return unit;
  }

  private escapedString(start: number): boolean {
    const { text } = this;
    let end = start;
    while (end < text.length && text.charCodeAt(end) !== QUOTE) {
      end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    }
    try {
      this.unescaped = JSON.parse(text.slice(start - 1, end + 1));
    } catch {
      return false;
    }
    this.start = start;
    this.end = end;
    this.hash = 0;
    this.at = end + 1;
    return true;
  }
}
