/** A file of word vectors that is not what it should be; the message says where. */
export class WordVectorsError extends Error {
  override readonly name = 'WordVectorsError';
}

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [9, 10, 13, 32];

/** Reads lines, words and numbers from bytes, one after the other. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #decoder: TextDecoder;
  #place = 0;

  /** @param errors whether invalid UTF-8 is refused or becomes U+FFFD */
  constructor(bytes: Uint8Array, errors: 'strict' | 'replace') {
    this.#bytes = bytes;
    this.#decoder = new TextDecoder('utf-8', { fatal: errors === 'strict', ignoreBOM: true });
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#place;
  }

  /** The bytes of the next line, without its end; undefined after the last one. */
  line(): Uint8Array | undefined {
    if (this.left === 0) return undefined;
    const found = this.#bytes.indexOf(LINE_FEED, this.#place);
    const end = found < 0 ? this.#bytes.length : found;
    const start = this.#place;
    this.#place = Math.min(end + 1, this.#bytes.length);
    const hasReturn = end > start && this.#bytes[end - 1] === CARRIAGE_RETURN;
    return this.#bytes.subarray(start, hasReturn ? end - 1 : end);
  }

  /** Goes over a line's end, if one is here. */
  skipLineEnd(): void {
    if (this.#bytes[this.#place] === LINE_FEED) this.#place += 1;
  }

  /** The bytes up to the next space, and goes over it; undefined if there is none. */
  upToSpace(): Uint8Array | undefined {
    const end = this.#bytes.indexOf(SPACE, this.#place);
    if (end < 0) return undefined;
    const found = this.#bytes.subarray(this.#place, end);
    this.#place = end + 1;
    return found;
  }

  /** The next `count` bytes. The caller has checked that they are `left`. */
  take(count: number): Uint8Array {
    this.#place += count;
    return this.#bytes.subarray(this.#place - count, this.#place);
  }

  /** Bytes as text. @throws WordVectorsError for invalid UTF-8, in strict mode. */
  text(bytes: Uint8Array, what: string): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new WordVectorsError(
        `word vectors: ${what} is invalid UTF-8; { errors: 'replace' } reads it as U+FFFD`,
      );
    }
  }
}

/** Places at which the fields of a line begin and end; fields are parted by spaces and tabs. */
export function fieldsOf(line: Uint8Array): [start: number, end: number][] {
  const fields: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= line.length; i++) {
    const isGap = i === line.length || line[i] === SPACE || line[i] === TAB;
    if (!isGap && start < 0) start = i;
    if (isGap && start >= 0) {
      fields.push([start, i]);
      start = -1;
    }
  }
  return fields;
}

/** A decimal number of ASCII bytes; NaN for anything else. */
export function numberOf(bytes: Uint8Array): number {
  let text = '';
  for (const byte of bytes) {
    const isDecimal = (byte >= 48 && byte <= 57) || '+-.eE'.includes(String.fromCharCode(byte));
    if (!isDecimal) return Number.NaN;
    text += String.fromCharCode(byte);
  }
  return text === '' ? Number.NaN : Number(text);
}
