import { type RandomAccessFile, readRange } from './random-access.ts';

/** Thrown by a parser that needs more of a file than it was given; {@link parsePrefix} gives it more. */
export class PrefixTooShort extends Error {
  override readonly name = 'PrefixTooShort';
}

/** First piece that is read; it grows fourfold. */
const FIRST_BYTES = 1 << 20;

/**
 * Runs a synchronous parser over the start of a file whose header does not say how long it is. The parser throws
 * {@link PrefixTooShort} when it needs more, and is run again on a longer piece.
 *
 * @param file - The file.
 * @param limit - Longest piece to read, in bytes.
 * @param tooLong - Makes the error for a header beyond the limit.
 * @param parse - Gets the first bytes; at the file's end it must not ask for more.
 */
export async function parsePrefix<T>(
  file: RandomAccessFile,
  limit: number,
  tooLong: () => Error,
  parse: (bytes: Uint8Array<ArrayBuffer>) => T,
): Promise<T> {
  for (let length = FIRST_BYTES; ; length *= 4) {
    const bytes = await readRange(file, 0, Math.min(length, limit, file.size));
    try {
      return parse(bytes);
    } catch (error) {
      if (!(error instanceof PrefixTooShort)) throw error;
      if (bytes.byteLength >= limit) throw tooLong();
    }
  }
}
