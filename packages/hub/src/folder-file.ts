import { checkRange, type RandomAccessFile } from './random-access.ts';

/** The most that one system call is asked for: Node's own limit is 2^31 - 1. */
const READ_BYTES = 1 << 30;

/**
 * Opens a file on disk for reading in ranges (Node).
 *
 * @param path - Its real path.
 */
export async function openDiskFile(path: string): Promise<RandomAccessFile> {
  const fs = await import('node:fs/promises');
  const handle = await fs.open(path, 'r');
  const { size } = await handle.stat();
  return {
    size,
    async readInto(target, position) {
      checkRange(position, target.byteLength, size);
      for (let done = 0; done < target.byteLength; ) {
        const length = Math.min(READ_BYTES, target.byteLength - done);
        const { bytesRead } = await handle.read(target, done, length, position + done);
        if (bytesRead === 0) {
          throw new Error(`read: ${path} ended at byte ${position + done}, it had ${size} bytes`);
        }
        done += bytesRead;
      }
    },
    close: () => handle.close(),
  };
}
