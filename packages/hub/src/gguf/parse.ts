import { CheckpointError } from '../checkpoint/error.ts';
import type { MetadataValue } from '../checkpoint/types.ts';
import { GgufCursor } from './cursor.ts';
import { readMetadataValue } from './metadata.ts';
import { GGUF_TYPES, type GgufType, ggufTypeName, ggufTypeOf } from './types.ts';

const MAGIC = 0x46554747; // "GGUF"
const DEFAULT_ALIGNMENT = 32;
const MAX_AXES = 4;
/** Bytes of the shortest description of a tensor: an empty name, no axes, type, offset. */
const SHORTEST_TENSOR = 24;

/** Where one tensor lies in a file, and what it is. */
interface GgufEntry {
  /** How its numbers are stored. */
  readonly dtype: GgufType;
  /** Sizes of the axes, outermost first: the reverse of the file's order. */
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  /** Bytes that it takes. */
  readonly byteLength: number;
}

/** A checked header. */
interface GgufHeader {
  /** Typed values by key. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Tensors by name, in the order of the file; they lie inside it and do not overlap. */
  readonly tensors: ReadonlyMap<string, GgufEntry>;
}

/**
 * Parses and checks the header of a GGUF file (versions 2 and 3).
 *
 * @param bytes - Start of the file. @param fileBytes - Its whole size. @param file - Its name.
 * @throws CheckpointError if it breaks the format or holds a type that is not read.
 * @throws PrefixTooShort if the header is longer than `bytes`.
 */
export function parseGguf(
  bytes: Uint8Array<ArrayBuffer>,
  fileBytes: number,
  file: string,
): GgufHeader {
  const cursor = new GgufCursor(bytes, fileBytes, file);
  if (cursor.u32() !== MAGIC) throw cursor.fail('does not begin with "GGUF"');
  checkVersion(cursor);
  const tensorCount = cursor.size('the number of tensors');
  const keyCount = cursor.size('the number of keys');
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < keyCount; i++) {
    const key = cursor.string('a key');
    if (metadata.has(key)) throw cursor.fail(`the key ${JSON.stringify(key)} appears twice`);
    metadata.set(key, readMetadataValue(cursor, key));
  }
  const found = new Map<string, Omit<GgufEntry, 'begin'> & { offset: number }>();
  const start = cursor.position;
  cursor.take(tensorCount, SHORTEST_TENSOR);
  cursor.position = start;
  for (let i = 0; i < tensorCount; i++) {
    const name = cursor.string('the name of a tensor');
    if (found.has(name)) throw cursor.fail(`tensor ${JSON.stringify(name)} appears twice`);
    found.set(name, readTensor(cursor, name));
  }
  const alignment = readAlignment(cursor, metadata.get('general.alignment'));
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufEntry>();
  for (const [name, { offset, ...entry }] of found) {
    if (offset % alignment !== 0) {
      throw cursor.fail(
        `tensor ${JSON.stringify(name)} begins at ${offset}, not a multiple of ${alignment}`,
      );
    }
    tensors.set(name, { ...entry, begin: dataStart + offset });
  }
  checkRanges(tensors, fileBytes, file);
  return { metadata, tensors };
}

function checkVersion(cursor: GgufCursor): void {
  const version = cursor.u32();
  if (version === 2 || version === 3) return;
  if (version === 0x02000000 || version === 0x03000000) {
    throw cursor.fail('is a big-endian file, wants a little-endian one; convert it again');
  }
  throw cursor.fail(
    `has version ${version}, wants 2 or 3; convert it again with a newer llama.cpp`,
  );
}

function readTensor(cursor: GgufCursor, name: string) {
  const label = `tensor ${JSON.stringify(name)}`;
  const axes = cursor.u32();
  if (axes > MAX_AXES) throw cursor.fail(`${label} has ${axes} axes, the limit is ${MAX_AXES}`);
  const sizes = Array.from({ length: axes }, () => cursor.size(`a size of ${label}`));
  const id = cursor.u32();
  const offset = cursor.size(`the offset of ${label}`);
  const dtype = ggufTypeOf(id);
  if (dtype === undefined) {
    throw cursor.fail(
      `${label} has the type ${ggufTypeName(id)}, which is not supported; supported are ${Object.keys(GGUF_TYPES).join(', ')}`,
    );
  }
  const { elements, bytes } = GGUF_TYPES[dtype];
  if ((sizes[0] ?? 1) % elements !== 0) {
    throw cursor.fail(`${label}: rows of ${sizes[0] ?? 1} are no whole blocks of ${elements}`);
  }
  const byteLength = sizes.reduce((product, size) => product * size, 1) * (bytes / elements);
  if (!Number.isSafeInteger(byteLength)) {
    throw cursor.fail(`${label}: the size of ${dtype} [${sizes.join(', ')}] overflows`);
  }
  return { dtype, shape: sizes.reverse(), byteLength, offset };
}

function readAlignment(cursor: GgufCursor, value: MetadataValue | undefined): number {
  if (value === undefined) return DEFAULT_ALIGNMENT;
  if (
    typeof value === 'number' &&
    value >= 8 &&
    value <= 1 << 20 &&
    Number.isInteger(Math.log2(value))
  ) {
    return value;
  }
  throw cursor.fail('general.alignment must be a power of two from 8 to 2^20');
}

function checkRanges(tensors: ReadonlyMap<string, GgufEntry>, fileBytes: number, file: string) {
  const sorted = [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.byteLength - b.byteLength,
  );
  let end = 0;
  for (const [name, { begin, byteLength }] of sorted) {
    const label = `tensor ${JSON.stringify(name)}`;
    if (begin < end) throw new CheckpointError(file, `${label} overlaps the tensor before it`);
    end = begin + byteLength;
    if (end > fileBytes) {
      throw new CheckpointError(
        file,
        `${label} ends at byte ${end}, the file has ${fileBytes}; is the download complete?`,
      );
    }
  }
}
