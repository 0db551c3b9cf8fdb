import { CheckpointError } from '../checkpoint/error.ts';
import { type RandomAccessFile, readRange } from '../random-access.ts';
import { findBegin, type TorchFile } from './legacy.ts';
import { stateTensors, storageBytes } from './state-dict.ts';
import { Unpickler } from './unpickle.ts';
import { readZip } from './zip.ts';

const MAX_PICKLE_BYTES = 256 << 20;

/**
 * Reads the format of `torch.save` since version 1.6: a zip archive with `NAME/data.pkl`, the state dictionary,
 * and `NAME/data/KEY`, one entry for each storage.
 *
 * @param file - The file. @param name - Its name, for messages.
 * @throws CheckpointError if it breaks the format or is not allowed.
 */
export async function readTorchZip(file: RandomAccessFile, name: string): Promise<TorchFile> {
  const entries = await readZip(file, name);
  const path = [...entries.keys()].find((entry) => /^[^/]*\/data\.pkl$/.test(entry));
  const pickle = path === undefined ? undefined : entries.get(path);
  if (path === undefined || pickle === undefined) {
    throw new CheckpointError(
      name,
      'is a zip archive without data.pkl, wants a file of torch.save',
    );
  }
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw new CheckpointError(name, `its pickle is longer than ${MAX_PICKLE_BYTES} bytes`);
  }
  const root = path.slice(0, -'data.pkl'.length);
  await checkByteOrder(file, entries.get(`${root}byteorder`), name);
  const bytes = await readRange(file, pickle.begin, pickle.size);
  const tensors = stateTensors(new Unpickler(bytes, 0, bytes.byteLength, name).load(), name);
  const begins = new Map<string, number>();
  for (const { storage } of tensors.values()) {
    const entry = entries.get(`${root}data/${storage.key}`);
    if (entry === undefined) continue;
    if (entry.size < storageBytes(storage)) {
      throw new CheckpointError(
        name,
        `storage ${JSON.stringify(storage.key)} has ${entry.size} bytes, wants ${storageBytes(storage)}`,
      );
    }
    begins.set(storage.key, entry.begin);
  }
  return { tensors, begin: (storage) => findBegin(begins, storage, name) };
}

async function checkByteOrder(
  file: RandomAccessFile,
  entry: { begin: number; size: number } | undefined,
  name: string,
): Promise<void> {
  if (entry === undefined) return; // written before torch 2.1, on little-endian machines
  const text = new TextDecoder().decode(
    await readRange(file, entry.begin, Math.min(entry.size, 16)),
  );
  if (text !== 'little') {
    throw new CheckpointError(
      name,
      `its byte order is ${JSON.stringify(text)}, wants little-endian numbers`,
    );
  }
}
