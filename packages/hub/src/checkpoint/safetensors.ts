import { type RandomAccessFile, readRange } from '../random-access.ts';
import { SafetensorsError } from '../safetensors/error.ts';
import {
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from '../safetensors/parse.ts';
import { type ModelSource, openFile } from '../source.ts';
import { type CheckpointContents, closeAll } from './reader.ts';
import { mergeShards, readShardIndex } from './shard-index.ts';
import type { StoredTensor } from './stored-tensor.ts';

const LENGTH_BYTES = 8;

/** Opens one safetensors file; only its header is read. */
export async function openSafetensors(
  source: ModelSource,
  name: string,
): Promise<CheckpointContents> {
  const bytes = await openFile(source, name);
  try {
    const { metadata, tensors } = await readHeader(bytes, name);
    const stored = new Map<string, StoredTensor>();
    for (const [key, { dtype, shape, begin, end }] of tensors) {
      stored.set(key, { dtype, shape, begin, byteLength: end - begin, file: name, bytes });
    }
    return { format: 'safetensors', files: [name], metadata, tensors: stored, opened: [bytes] };
  } catch (error) {
    await closeAll([bytes]);
    throw error;
  }
}

/** Opens the shards that an index such as `model.safetensors.index.json` names. */
export async function openShardedSafetensors(
  source: ModelSource,
  name: string,
): Promise<CheckpointContents> {
  const index = await readShardIndex(source, name, '.safetensors');
  return mergeShards(name, index, (shard) => openSafetensors(source, shard));
}

async function readHeader(file: RandomAccessFile, name: string): Promise<SafetensorsHeader> {
  try {
    const start = await readRange(file, 0, Math.min(LENGTH_BYTES, file.size));
    const length = safetensorsHeaderLength(start, file.size);
    return parseSafetensorsHeader(await readRange(file, 0, LENGTH_BYTES + length), file.size);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    error.message = `${name}: ${error.message}`;
    throw error;
  }
}
