import type { FileHandle } from 'node:fs/promises';
import { isProcessAlive } from '../system.ts';
import type { PartialFile } from './cache.ts';

/** A partial file on disk, in use by this process until {@link DiskPartial.release}. */
interface DiskPartial extends PartialFile {
  /** Its path. */
  readonly path: string;
  /** Flushes it to the disk and closes it; it stays where it is. */
  release(): Promise<void>;
}

/** Partial files that this process writes now. */
const inUse = new Set<string>();

/** Bytes read at once to be summed. */
const REPLAY_BYTES = 1 << 20;

/**
 * Opens the partial file of a blob (Node). Every process writes a file of its own, so that several may download the
 * same blob at once; what a dead process of this machine left is taken over by renaming it, which only one
 * process can do.
 *
 * @param folder - Folder of the blobs. @param etag - Name of the blob.
 */
export async function openPartial(folder: string, etag: string): Promise<DiskPartial> {
  const fs = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { hostname } = await import('node:os');
  const host = hostname().replace(/[^A-Za-z0-9]/g, '_');
  const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  const path = join(folder, `${etag}.${host}-${unique}.incomplete`);
  inUse.add(path);
  for (const left of await leftovers(folder, etag, host)) {
    try {
      await fs.rename(left, path);
      break;
    } catch {
      // Another process was faster.
    }
  }
  const handle = await fs.open(path, 'a+');
  return new HandlePartial(path, handle, (await handle.stat()).size);
}

/** Partial files of a blob that nobody writes any more, longest first. */
async function leftovers(folder: string, etag: string, host: string): Promise<string[]> {
  const fs = await import('node:fs/promises');
  const { join } = await import('node:path');
  const start = `${etag}.${host}-`;
  const found: { path: string; size: number }[] = [];
  for (const name of await fs.readdir(folder)) {
    const writer = /^(\d+)-[0-9a-z]+\.incomplete$/.exec(name.slice(start.length))?.[1];
    if (!name.startsWith(start) || writer === undefined) continue;
    const path = join(folder, name);
    const isOwn = Number(writer) === process.pid;
    if (isOwn ? inUse.has(path) : isProcessAlive(Number(writer))) continue;
    const size = await fs.stat(path).then(
      (stat) => stat.size,
      () => -1,
    );
    if (size >= 0) found.push({ path, size });
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

class HandlePartial implements DiskPartial {
  length: number;
  readonly path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.#handle = handle;
    this.length = length;
  }

  async replay(visit: (piece: Uint8Array) => void): Promise<void> {
    const buffer = new Uint8Array(Math.min(REPLAY_BYTES, this.length));
    for (let position = 0; position < this.length; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw new Error(`${this.path} became shorter while it was read`);
      visit(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  async append(piece: Uint8Array): Promise<void> {
    await this.#handle.appendFile(piece);
    this.length += piece.byteLength;
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.length = 0;
  }

  async release(): Promise<void> {
    try {
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
      inUse.delete(this.path);
    }
  }
}
