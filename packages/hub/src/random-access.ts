/** A file that is read in ranges. Ranges may be read at the same time. */
export interface RandomAccessFile {
  /** The file's size in bytes. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `position` on.
   *
   * @param target - Where the bytes go; all of it is filled.
   * @param position - First byte, counted from the start of the file.
   * @throws RangeError if the range leaves the file.
   * @throws Error if the file became shorter than it was when opened.
   */
  readInto(target: Uint8Array, position: number): Promise<void>;
  /** Lets the file go; reading afterwards is an error. May be called twice. */
  close(): Promise<void>;
}

/** A file whose bytes are in memory. They are not copied. */
export function bytesFile(bytes: Uint8Array): RandomAccessFile {
  return {
    size: bytes.byteLength,
    async readInto(target, position) {
      checkRange(position, target.byteLength, bytes.byteLength);
      target.set(bytes.subarray(position, position + target.byteLength));
    },
    async close() {},
  };
}

/**
 * Bytes of a range, in a buffer of their own that starts at byte 0 and is padded to a multiple of 8, so that
 * every typed array can view it.
 *
 * @param file - The file. @param position - First byte. @param length - Number of bytes.
 * @throws RangeError if the range leaves the file; nothing is allocated then.
 */
export async function readRange(
  file: RandomAccessFile,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  checkRange(position, length, file.size);
  const bytes = new Uint8Array(new ArrayBuffer(Math.ceil(length / 8) * 8), 0, length);
  await file.readInto(bytes, position);
  return bytes;
}

/** Refuses a range that is not inside a file of `size` bytes. */
export function checkRange(position: number, length: number, size: number): void {
  const end = position + length;
  if (Number.isSafeInteger(position) && position >= 0 && length >= 0 && end <= size) return;
  throw new RangeError(`read: got bytes ${position} to ${end} of a file of ${size} bytes`);
}
