import { CheckpointError } from '../checkpoint/error.ts';
import { type RandomAccessFile, readRange } from '../random-access.ts';

/** An entry that is stored as it is, without compression. */
interface ZipEntry {
  /** First byte of its content, counted from the start of the file. */
  readonly begin: number;
  /** Bytes of its content. */
  readonly size: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 65_535;
const MAX_DIRECTORY_BYTES = 64 << 20;

/**
 * Lists the entries of a zip archive, read from its central directory. Only stored entries are accepted, inside
 * the file and without overlap, so that no content is larger than the file.
 *
 * @param file - The archive. @param name - Its name, for messages.
 * @throws CheckpointError if it is no such archive.
 */
export async function readZip(
  file: RandomAccessFile,
  name: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { start, size, count } = await findDirectory(file, name);
  if (size > MAX_DIRECTORY_BYTES || start + size > file.size || count * CENTRAL_BYTES > size) {
    throw new CheckpointError(name, `the zip directory of ${count} entries does not fit the file`);
  }
  const listed = parseDirectory(await readRange(file, start, size), count, name);
  const entries = new Map<string, ZipEntry>();
  let end = 0;
  for (const { path, offset, bytes } of listed.sort((a, b) => a.offset - b.offset)) {
    if (entries.has(path)) {
      throw new CheckpointError(name, `zip entry ${JSON.stringify(path)} appears twice`);
    }
    const begin = await contentStart(file, path, offset, start, name);
    if (offset < end || begin + bytes > start) {
      throw new CheckpointError(name, `zip entry ${JSON.stringify(path)} overlaps what follows`);
    }
    end = begin + bytes;
    entries.set(path, { begin, size: bytes });
  }
  return entries;
}

/** The end record is the last thing in the file, but for a comment of free length. */
async function findDirectory(file: RandomAccessFile, name: string) {
  const tailBytes = Math.min(file.size, MAX_COMMENT_BYTES + END_BYTES);
  const tailStart = file.size - tailBytes;
  const tail = viewOf(await readRange(file, tailStart, tailBytes));
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tailBytes) continue;
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    if (count !== 0xffff && size !== 0xffffffff && start !== 0xffffffff) {
      return { count, size, start };
    }
    return findZip64Directory(file, tailStart + at, name);
  }
  throw new CheckpointError(name, 'has no end of a zip archive; is the download complete?');
}

async function findZip64Directory(file: RandomAccessFile, end: number, name: string) {
  const bad = () => new CheckpointError(name, 'its zip64 records are damaged');
  if (end < ZIP64_LOCATOR_BYTES) throw bad();
  const locatorStart = end - ZIP64_LOCATOR_BYTES;
  const locator = viewOf(await readRange(file, locatorStart, ZIP64_LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR_SIGNATURE) throw bad();
  const recordStart = Number(locator.getBigUint64(8, true));
  if (!(recordStart + ZIP64_END_BYTES <= locatorStart)) throw bad();
  const record = viewOf(await readRange(file, recordStart, ZIP64_END_BYTES));
  if (record.getUint32(0, true) !== ZIP64_END_SIGNATURE) throw bad();
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    start: Number(record.getBigUint64(48, true)),
  };
}

function parseDirectory(bytes: Uint8Array, count: number, name: string) {
  const view = viewOf(bytes);
  const listed: { path: string; offset: number; bytes: number }[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > view.byteLength || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      throw new CheckpointError(name, 'its zip directory is damaged');
    }
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const pathEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
    const extraEnd = pathEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw new CheckpointError(name, 'its zip directory is damaged');
    const path = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, pathEnd));
    const label = `zip entry ${JSON.stringify(path)}`;
    if (method !== 0 || (flags & 1) !== 0) {
      throw new CheckpointError(
        name,
        `${label} is ${flags & 1 ? 'encrypted' : 'compressed'}, wants entries stored as torch.save does`,
      );
    }
    const sizes = readZip64Sizes(view, pathEnd, extraEnd, {
      bytes: view.getUint32(at + 24, true),
      stored: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    if (sizes === undefined || sizes.bytes !== sizes.stored) {
      throw new CheckpointError(name, `${label} has sizes that contradict each other`);
    }
    listed.push({ path, offset: sizes.offset, bytes: sizes.bytes });
    at = next;
  }
  return listed;
}

/** Values of 2^32 - 1 stand for 64-bit ones in the extra field of id 1, in this order. */
function readZip64Sizes(
  view: DataView,
  from: number,
  to: number,
  sizes: { bytes: number; stored: number; offset: number },
) {
  const wanted = (['bytes', 'stored', 'offset'] as const).filter(
    (key) => sizes[key] === 0xffffffff,
  );
  if (wanted.length === 0) return sizes;
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    if (at + 4 + wanted.length * 8 > to) return undefined;
    for (const [i, key] of wanted.entries()) {
      sizes[key] = Number(view.getBigUint64(at + 4 + i * 8, true));
    }
    return sizes;
  }
  return undefined;
}

async function contentStart(
  file: RandomAccessFile,
  path: string,
  offset: number,
  limit: number,
  name: string,
): Promise<number> {
  const bad = () => new CheckpointError(name, `zip entry ${JSON.stringify(path)} is damaged`);
  if (!(offset + LOCAL_BYTES <= limit)) throw bad();
  const local = viewOf(await readRange(file, offset, LOCAL_BYTES));
  if (local.getUint32(0, true) !== LOCAL_SIGNATURE) throw bad();
  return offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
