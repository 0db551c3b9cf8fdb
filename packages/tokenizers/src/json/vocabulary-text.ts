import type { TextReader } from './text-reader.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Longer parts of a text are views of it, which would keep it in memory. */
const LONGEST_COPY = 12;

/**
 * Takes an object of ids by token.
 *
 * @param reader - Stands before the object; afterwards behind it.
 * @returns Ids by token, or undefined if it is another object: malformed, empty, of other values.
 */
export function readVocabularyText(reader: TextReader): Map<string, number> | undefined {
  const vocab = new Map<string, number>();
  if (!reader.take(OPEN)) return undefined;
  do {
    if (!reader.string()) return undefined;
    const token = reader.unescaped ?? copy(reader.text, reader.start, reader.end);
    const id = reader.take(COLON) ? reader.integer() : -1;
    if (id < 0) return undefined;
    vocab.set(token, id);
  } while (reader.take(COMMA));
  return reader.take(CLOSE) ? vocab : undefined;
}

function copy(text: string, start: number, end: number): string {
  if (end - start <= LONGEST_COPY) return text.slice(start, end);
  return JSON.parse(text.slice(start - 1, end + 1));
}
