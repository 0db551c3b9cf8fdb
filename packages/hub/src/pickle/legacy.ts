import { CheckpointError } from '../checkpoint/error.ts';
import { parsePrefix } from '../prefix.ts';
import { type RandomAccessFile, readRange } from '../random-access.ts';
import { stateTensors, storageBytes } from './state-dict.ts';
import { Unpickler } from './unpickle.ts';
import type { PickledStorage, PickledTensor, PickleValue } from './values.ts';

/** What `torch.save` wrote before version 1.6 begins with this number. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Far beyond the names of any published model. */
const MAX_PICKLE_BYTES = 256 << 20;
/** Each storage is preceded by its number of elements. */
const COUNT_BYTES = 8;

/** Tensors of a file, and where each of their storages begins. */
export interface TorchFile {
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, PickledTensor>;
  /** First byte of a storage in the file. */
  begin(storage: PickledStorage): number;
}

/**
 * Reads the format of `torch.save` before version 1.6: five pickles (magic number, protocol, system, the state
 * dictionary, the order of storages), then the storages.
 *
 * @param file - The file. @param name - Its name, for messages.
 * @throws CheckpointError if it breaks the format or is not allowed.
 */
export async function readLegacyTorch(file: RandomAccessFile, name: string): Promise<TorchFile> {
  const { root, keys, end } = await parsePrefix(
    file,
    MAX_PICKLE_BYTES,
    () => new CheckpointError(name, `its pickles are longer than ${MAX_PICKLE_BYTES} bytes`),
    (bytes) => parsePickles(bytes, file.size, name),
  );
  const tensors = stateTensors(root, name);
  const storages = new Map<string, PickledStorage>();
  for (const { storage } of tensors.values()) {
    const other = storages.get(storage.key);
    if (other && (other.dtype !== storage.dtype || other.elements !== storage.elements)) {
      throw new CheckpointError(name, `storage ${JSON.stringify(storage.key)} is described twice`);
    }
    storages.set(storage.key, storage);
  }
  const begins = new Map<string, number>();
  let position = end;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined || begins.has(key)) {
      throw new CheckpointError(
        name,
        `lists the storage ${JSON.stringify(key)} that no tensor has`,
      );
    }
    const bytes = storageBytes(storage);
    if (position + COUNT_BYTES + bytes > file.size) {
      throw new CheckpointError(
        name,
        `storage ${JSON.stringify(key)} ends after the file; is the download complete?`,
      );
    }
    const count = await readRange(file, position, COUNT_BYTES);
    if (new DataView(count.buffer).getBigInt64(0, true) !== BigInt(storage.elements)) {
      throw new CheckpointError(name, `storage ${JSON.stringify(key)} has two lengths`);
    }
    begins.set(key, position + COUNT_BYTES);
    position += COUNT_BYTES + bytes;
  }
  return { tensors, begin: (storage) => findBegin(begins, storage, name) };
}

/** First byte of a storage. @throws CheckpointError if the file does not hold it. */
export function findBegin(
  begins: ReadonlyMap<string, number>,
  { key }: PickledStorage,
  name: string,
): number {
  const begin = begins.get(key);
  if (begin !== undefined) return begin;
  throw new CheckpointError(name, `does not hold the storage ${JSON.stringify(key)} of a tensor`);
}

function parsePickles(bytes: Uint8Array, fileBytes: number, name: string) {
  let position = 0;
  const next = (): PickleValue => {
    const unpickler = new Unpickler(bytes, position, fileBytes, name);
    const value = unpickler.load();
    position = unpickler.position;
    return value;
  };
  if (next() !== MAGIC || next() !== PROTOCOL) {
    throw new CheckpointError(name, 'is neither a zip archive nor an older file of torch.save');
  }
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw new CheckpointError(
      name,
      'was saved on a big-endian machine, wants little-endian numbers',
    );
  }
  const root = next();
  const keys = next();
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw new CheckpointError(name, 'has no list of its storages');
  }
  return { root, keys: keys as string[], end: position };
}
