import { checkRange, type RandomAccessFile } from '../random-access.ts';
import type { PartialFile, RepositoryCache } from './cache.ts';
import type { CacheStore } from './cache-store.ts';

/** Bytes of one stored part: what an interrupted download may lose, and what a read takes into memory. */
const PART_BYTES = 8 << 20;

/** What is kept about a whole file. */
interface Manifest {
  readonly etag: string;
  readonly size: number;
  readonly partBytes: number;
}

/**
 * The cache of a repository in a store of responses, such as a browser's `caches`. Files lie there in parts, so that
 * an interrupted download goes on after its last part, and a tensor is read without its whole file; an entry at
 * the file's own address says that all parts are there.
 *
 * @param store - The store. @param host - Address of the hub. @param id - The repository.
 * @param partBytes - Bytes of one part.
 */
export function openStoreCache(
  store: CacheStore,
  host: string,
  id: string,
  partBytes = PART_BYTES,
): RepositoryCache {
  const root = `${host}/${id}`;
  const encode = (name: string) => name.split('/').map(encodeURIComponent).join('/');
  const refAddress = (revision: string) => `${root}/refs/${encode(revision)}`;
  const prefixOf = (commit: string) => `${root}/resolve/${encode(commit)}/`;
  const blobAddress = (etag: string, part: number) => `${root}/blobs/${etag}?part=${part}`;

  async function manifestOf(commit: string, name: string): Promise<Manifest | undefined> {
    const response = await store.match(prefixOf(commit) + encode(name));
    return response && ((await response.json()) as Manifest);
  }

  return {
    location: `${root} in the browser's cache`,
    async commitOf(revision) {
      return (await store.match(refAddress(revision)))?.text();
    },
    async remember(revision, commit) {
      await store.put(refAddress(revision), new Response(commit));
    },
    async open(commit, name) {
      const manifest = await manifestOf(commit, name);
      return manifest && openParts(store, manifest, (part) => blobAddress(manifest.etag, part));
    },
    async list(commit) {
      const prefix = prefixOf(commit);
      const names = (await store.keys()).flatMap(({ url }) =>
        url.startsWith(prefix) ? [decodeURIComponent(url.slice(prefix.length))] : [],
      );
      return names.sort();
    },
    async store({ etag, size }, commit, name, fill) {
      const partial = await openPartialParts(store, partBytes, (part) => blobAddress(etag, part));
      await fill(partial);
      await partial.flush();
      const manifest: Manifest = { etag, size, partBytes };
      await store.put(prefixOf(commit) + encode(name), new Response(JSON.stringify(manifest)));
    },
  };
}

/** A file that lies in parts; the part that was read last is kept. */
function openParts(
  store: CacheStore,
  { size, partBytes }: Manifest,
  address: (part: number) => string,
): RandomAccessFile {
  let last: { part: number; bytes: Promise<Uint8Array> } | undefined;

  async function readPart(part: number): Promise<Uint8Array> {
    const response = await store.match(address(part));
    const bytes = new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
    const wanted = Math.min(partBytes, size - part * partBytes);
    if (bytes.byteLength === wanted) return bytes;
    throw new Error(
      `read: part ${part} of ${address(0)} is no longer in the cache; open the model again to download it`,
    );
  }

  return {
    size,
    async readInto(target, position) {
      checkRange(position, target.byteLength, size);
      for (let done = 0; done < target.byteLength; ) {
        const part = Math.floor((position + done) / partBytes);
        if (last?.part !== part) last = { part, bytes: readPart(part) };
        const start = position + done - part * partBytes;
        const piece = (await last.bytes).subarray(start, start + target.byteLength - done);
        target.set(piece, done);
        done += piece.byteLength;
      }
    },
    async close() {
      last = undefined;
    },
  };
}

/** A partial file that lies in parts; only whole parts survive an interruption. */
async function openPartialParts(
  store: CacheStore,
  partBytes: number,
  address: (part: number) => string,
): Promise<PartialFile & { flush(): Promise<void> }> {
  /** Parts in the store. All but the last one of a whole file have `partBytes`. */
  let parts = 0;
  let stored = 0;
  /** The part that is being filled. */
  const buffer = new Uint8Array(partBytes);
  let filled = 0;
  for (let full = true; full; ) {
    const part = await store.match(address(parts));
    if (part === undefined) break;
    const { byteLength } = await part.arrayBuffer();
    full = byteLength === partBytes;
    stored += byteLength;
    parts++;
  }

  async function write(): Promise<void> {
    await store.put(address(parts), new Response(buffer.slice(0, filled)));
    parts++;
    stored += filled;
    filled = 0;
  }

  return {
    get length() {
      return stored + filled;
    },
    async replay(visit) {
      for (let part = 0; part < parts; part++) {
        const response = await store.match(address(part));
        visit(new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0)));
      }
      visit(buffer.subarray(0, filled));
    },
    async append(piece) {
      for (let done = 0; done < piece.byteLength; ) {
        const count = Math.min(piece.byteLength - done, partBytes - filled);
        buffer.set(piece.subarray(done, done + count), filled);
        filled += count;
        done += count;
        if (filled === partBytes) await write();
      }
    },
    async restart() {
      for (let part = 0; part < parts; part++) await store.delete(address(part));
      parts = 0;
      stored = 0;
      filled = 0;
    },
    async flush() {
      if (filled > 0) await write();
    },
  };
}
