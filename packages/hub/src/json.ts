import { JsonSyntaxError, scanJson } from './json-scanner.ts';

/** A JSON file that cannot be used: not UTF-8, not JSON, or with a forbidden key. */
export class InvalidJsonError extends Error {
  override readonly name = 'InvalidJsonError';
  /** Name of the file as given by the caller. */
  readonly file: string;

  /** @param file - Name of the file. @param message - What is wrong and where. */
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.file = file;
  }
}

/** How {@link parseJson} treats what plain JSON allows but configuration does not. */
export interface ParseJsonOptions {
  /**
   * `reject` (default) refuses a key `__proto__` anywhere, which would poison objects it is copied
   * into. `keep` leaves it as an own property: for files whose keys are free text, such as
   * vocabularies, and whose reader copies them into a `Map`.
   */
  protoKeys?: 'reject' | 'keep';
}

/**
 * Parses the bytes of a JSON file that nobody vouches for.
 *
 * @param bytes - The file's bytes, UTF-8; a byte order mark is refused by JSON and here.
 * @param file - The file's name, for messages.
 * @param options - See {@link ParseJsonOptions}.
 * @returns The value, of unknown shape.
 * @throws InvalidJsonError naming the file, and line and column of the first offence.
 */
export function parseJson(
  bytes: Uint8Array,
  file: string,
  options: ParseJsonOptions = {},
): unknown {
  const { protoKeys = 'reject', ...unknown } = options;
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined) throw new Error(`parseJson: unknown option ${JSON.stringify(extra)}`);
  const text = decodeUtf8(bytes, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidJsonError(file, `not valid JSON: ${syntaxProblem(text)}`);
  }
  // The key can only be there if its letters are, plainly or with an escaped character.
  if (protoKeys === 'reject' && (text.includes('__proto__') || text.includes('\\u'))) {
    refuseProtoKeys(value, file);
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InvalidJsonError(file, 'not valid UTF-8; save the file as UTF-8 text');
  }
}

/** `JSON.parse` does not always say where it failed; the strict scanner does. */
function syntaxProblem(text: string): string {
  try {
    scanJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      const before = text.slice(0, error.position);
      const line = before.split('\n').length;
      const column = error.position - before.lastIndexOf('\n');
      return `${error.message} at line ${line}, column ${column}`;
    }
    throw error;
  }
  // Unreachable while both parsers agree on the grammar.
  throw new Error('scanJson accepts a text that JSON.parse refuses');
}

/** Iterative, so that deep nesting cannot exhaust the call stack. */
function refuseProtoKeys(root: unknown, file: string): void {
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) {
      throw new InvalidJsonError(file, 'the key "__proto__" is not allowed; remove it');
    }
    for (const child of Object.values(value)) {
      if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
}
