import { CheckpointError } from '../checkpoint/error.ts';
import { PrefixTooShort } from '../prefix.ts';

/** Reads little-endian values from the start of a file, of which more may follow. */
export class GgufCursor {
  /** Next byte. */
  position = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #file: string;

  /** @param bytes - Start of the file. @param fileBytes - Its whole size. @param file - Its name. */
  constructor(bytes: Uint8Array<ArrayBuffer>, fileBytes: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
    this.#file = file;
  }

  /** An error at the current position. */
  fail(message: string): CheckpointError {
    return new CheckpointError(this.#file, `${message} (at byte ${this.position})`);
  }

  /** Steps over `count` items of `width` bytes and returns where they begin; nothing is allocated before. */
  take(count: number, width = 1): number {
    const begin = this.position;
    const end = begin + count * width;
    if (!(end <= this.#fileBytes)) {
      throw this.fail(`${count} items of ${width} bytes do not fit into the file; is it complete?`);
    }
    if (end > this.#bytes.byteLength) throw new PrefixTooShort();
    this.position = end;
    return begin;
  }

  /** An unsigned 32-bit integer. */
  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  /** An unsigned 64-bit integer that is exact as a number. */
  size(what: string): number {
    const value = this.#view.getBigUint64(this.take(8), true);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw this.fail(`${what} is ${value}, more than any file holds`);
  }

  /** A string: its length, then UTF-8. */
  string(what: string): string {
    const length = this.size(`the length of ${what}`);
    const begin = this.take(length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.#bytes.subarray(begin, begin + length),
      );
    } catch {
      throw this.fail(`${what} is not valid UTF-8`);
    }
  }

  /** A value read by a method of `DataView`. */
  read<T>(width: number, get: (view: DataView, position: number) => T): T {
    return get(this.#view, this.take(1, width));
  }

  /** A copy of the bytes of `count` items, at the start of a buffer of their own. */
  copy(count: number, width: number): ArrayBuffer {
    const begin = this.take(count, width);
    return this.#bytes.slice(begin, this.position).buffer;
  }
}
