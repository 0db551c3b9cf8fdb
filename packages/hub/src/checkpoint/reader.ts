import type { RandomAccessFile } from '../random-access.ts';
import { readAsFloat32, readAsInt32, readRowsAsFloat32 } from './convert.ts';
import { readStored, type StoredTensor } from './stored-tensor.ts';
import type { Checkpoint, MetadataValue } from './types.ts';

/** What the reader of a format found. */
export interface CheckpointContents {
  /** The format. */
  readonly format: Checkpoint['format'];
  /** The files it is made of. */
  readonly files: readonly string[];
  /** Metadata by key. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The open files, to be closed with the checkpoint. */
  readonly opened: readonly RandomAccessFile[];
}

/** A checkpoint over what the reader of its format found; closing it closes the files. */
export function makeCheckpoint(location: string, contents: CheckpointContents): Checkpoint {
  const { format, files, metadata, tensors, opened } = contents;

  function find(name: string): StoredTensor {
    const tensor = tensors.get(name);
    if (tensor) return tensor;
    const some = [...tensors.keys()].slice(0, 5).join(', ');
    throw new Error(
      `read: no tensor ${JSON.stringify(name)} in ${location}; of ${tensors.size}, the first are ${some}`,
    );
  }

  return {
    format,
    files,
    metadata,
    tensors,
    location,
    read: async (name) => readStored(find(name)),
    readFloat32: async (name) => readAsFloat32(name, find(name)),
    async *float32Rows(name) {
      yield* readRowsAsFloat32(name, find(name));
    },
    readInt32: async (name) => readAsInt32(name, find(name)),
    close: () => closeAll(opened),
  };
}

/** Closes files. */
export async function closeAll(files: readonly RandomAccessFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}
