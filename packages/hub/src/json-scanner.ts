/** A JSON number kept as its source text, so that `1`, `1.0`, `1e0` and `-0` stay distinguishable. */
export class JsonNumber {
  /** The characters of the number as they stand in the text. */
  readonly source: string;

  /** @param source - The number's characters. */
  constructor(source: string) {
    this.source = source;
  }
}

/** A JSON value that lost nothing: objects are maps in source order, numbers keep their text. */
export type ScannedJson =
  | string
  | boolean
  | null
  | JsonNumber
  | ScannedJson[]
  | Map<string, ScannedJson>;

/** Where and why a text is not the JSON that is wanted. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Index of the offending UTF-16 code unit in the text. */
  readonly position: number;
  /** True if the text is JSON, but an object has the same key twice. */
  readonly duplicateKey: boolean;

  /** @param message - What is wrong. @param position - Where. @param duplicateKey - Same key twice. */
  constructor(message: string, position: number, duplicateKey = false) {
    super(message);
    this.position = position;
    this.duplicateKey = duplicateKey;
  }
}

/** Nesting that is refused beyond this depth, as serde_json does. */
const MAX_DEPTH = 128;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = { t: 'true', f: 'false', n: 'null' } as const;

/**
 * Parses JSON strictly (RFC 8259): refuses duplicate keys and nesting deeper than 128, keeps every
 * number's text. Slower than `JSON.parse`; for headers whose exact reading matters, where
 * `JSON.parse` keeps the last of two equal keys and rounds integers beyond 2^53.
 *
 * @param text - The JSON text; white space around the value is accepted.
 * @returns The value.
 * @throws JsonSyntaxError with the position of the first offence.
 */
export function scanJson(text: string): ScannedJson {
  const scanner = new Scanner(text);
  scanner.skipSpace();
  const value = scanner.value(0);
  scanner.skipSpace();
  if (scanner.position < text.length) throw scanner.fail('text after the end of the value');
  return value;
}

class Scanner {
  position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, position = this.position): JsonSyntaxError {
    return new JsonSyntaxError(message, position);
  }

  skipSpace(): void {
    for (; this.position < this.text.length; this.position++) {
      const unit = this.text.charCodeAt(this.position);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    }
  }

  value(depth: number): ScannedJson {
    if (depth > MAX_DEPTH) throw this.fail(`nesting deeper than ${MAX_DEPTH}`);
    const first = this.text[this.position];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    if (first === 't' || first === 'f' || first === 'n') {
      const literal = LITERALS[first];
      if (!this.text.startsWith(literal, this.position)) throw this.fail('not a JSON value');
      this.position += literal.length;
      return first === 'n' ? null : first === 't';
    }
    const number = this.match(NUMBER);
    if (number !== undefined) return new JsonNumber(number);
    throw this.fail(first === undefined ? 'the text ends too early' : 'not a JSON value');
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  /** A loop, not one regular expression: those run out of stack on strings of megabytes. */
  private string(): string {
    const start = this.position++;
    let escaped = false;
    for (;;) {
      const unit = this.text.charCodeAt(this.position);
      if (unit === 0x22) break;
      if (Number.isNaN(unit)) throw this.fail('a string that is not closed', start);
      if (unit < 0x20) throw this.fail('a control character inside a string');
      if (unit !== 0x5c) this.position++;
      else if (this.match(ESCAPE) !== undefined) escaped = true;
      else throw this.fail('an unknown escape inside a string');
    }
    this.position++;
    // The grammar was checked above; JSON.parse only resolves the escapes.
    return escaped
      ? (JSON.parse(this.text.slice(start, this.position)) as string)
      : this.text.slice(start + 1, this.position - 1);
  }

  private object(depth: number): Map<string, ScannedJson> {
    const entries = new Map<string, ScannedJson>();
    this.position++;
    this.skipSpace();
    if (this.accept('}')) return entries;
    do {
      this.skipSpace();
      const start = this.position;
      if (this.text[start] !== '"') throw this.fail('expected a key in double quotes');
      const key = this.string();
      if (entries.has(key)) {
        throw new JsonSyntaxError(`the key ${JSON.stringify(key)} appears twice`, start, true);
      }
      this.skipSpace();
      if (!this.accept(':')) throw this.fail('expected ":" after a key');
      this.skipSpace();
      entries.set(key, this.value(depth + 1));
      this.skipSpace();
    } while (this.accept(','));
    if (!this.accept('}')) throw this.fail('expected "," or "}"');
    return entries;
  }

  private array(depth: number): ScannedJson[] {
    const items: ScannedJson[] = [];
    this.position++;
    this.skipSpace();
    if (this.accept(']')) return items;
    do {
      this.skipSpace();
      items.push(this.value(depth + 1));
      this.skipSpace();
    } while (this.accept(','));
    if (!this.accept(']')) throw this.fail('expected "," or "]"');
    return items;
  }

  private accept(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }
}
