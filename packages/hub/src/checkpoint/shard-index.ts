import { checkFileName } from '../file-name.ts';
import { JsonSyntaxError, type ScannedJson, scanJson } from '../json-scanner.ts';
import type { ModelSource } from '../source.ts';
import { CheckpointError } from './error.ts';
import { type CheckpointContents, closeAll } from './reader.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** More shards than any published model has. */
const MAX_SHARDS = 10_000;

/** Which shard holds which tensor: the `weight_map` of an index file. */
type ShardIndex = ReadonlyMap<string, string>;

/**
 * Reads the index of a sharded checkpoint. It comes from outside: a shard is a plain file name beside the index,
 * so that it cannot lead out of the folder, and no tensor is listed twice.
 *
 * @param source - Where the index is.
 * @param name - Such as `model.safetensors.index.json`.
 * @param extension - How the names of its shards end.
 * @throws CheckpointError if a rule is broken.
 */
export async function readShardIndex(
  source: ModelSource,
  name: string,
  extension: string,
): Promise<ShardIndex> {
  const root = parseIndex(await source.read(name), name);
  const weightMap = root instanceof Map ? root.get('weight_map') : undefined;
  if (!(weightMap instanceof Map) || weightMap.size === 0) {
    throw new CheckpointError(name, 'wants an object "weight_map" from tensor names to file names');
  }
  const index = new Map<string, string>();
  for (const [tensor, shard] of weightMap) {
    index.set(tensor, checkShardName(shard, tensor, name, extension));
  }
  const shards = new Set(index.values()).size;
  if (shards > MAX_SHARDS) {
    throw new CheckpointError(name, `lists ${shards} shards, the limit is ${MAX_SHARDS}`);
  }
  return index;
}

function parseIndex(bytes: Uint8Array, name: string): ScannedJson {
  try {
    return scanJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      throw new CheckpointError(name, `${error.message} at character ${error.position}`);
    }
    if (error instanceof TypeError) throw new CheckpointError(name, 'is not valid UTF-8');
    throw error;
  }
}

function checkShardName(
  shard: ScannedJson,
  tensor: string,
  index: string,
  extension: string,
): string {
  try {
    if (typeof shard === 'string' && shard.endsWith(extension) && !shard.includes('/')) {
      return checkFileName(shard);
    }
  } catch {
    // The message below says the same of every unsafe name.
  }
  const got = typeof shard === 'string' ? JSON.stringify(shard) : 'no text';
  throw new CheckpointError(
    index,
    `tensor ${JSON.stringify(tensor)} lies in ${got}, wants the plain name of a ${extension} file beside the index`,
  );
}

/**
 * Opens the shards of an index together and makes one checkpoint of them.
 *
 * @param name - Name of the index, for messages.
 * @param index - What it says.
 * @param open - Opens one shard.
 * @throws CheckpointError if a tensor is not where the index says, or in two shards.
 */
export async function mergeShards(
  name: string,
  index: ShardIndex,
  open: (shard: string) => Promise<CheckpointContents>,
): Promise<CheckpointContents> {
  const files = [...new Set(index.values())];
  const results = await Promise.allSettled(files.map(open));
  const shards = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const opened = shards.flatMap((shard) => shard.opened);
  try {
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    const tensors = joinTensors(name, shards);
    checkIndex(name, index, tensors);
    const metadata = new Map(shards.flatMap((shard) => [...shard.metadata]));
    return { format: shards[0]!.format, files, metadata, tensors, opened };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

function joinTensors(
  name: string,
  shards: readonly CheckpointContents[],
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const shard of shards) {
    for (const [key, tensor] of shard.tensors) {
      const other = tensors.get(key);
      if (other) {
        throw new CheckpointError(
          name,
          `tensor ${JSON.stringify(key)} is in two shards, ${other.file} and ${tensor.file}`,
        );
      }
      tensors.set(key, tensor);
    }
  }
  return tensors;
}

function checkIndex(
  name: string,
  index: ShardIndex,
  tensors: ReadonlyMap<string, StoredTensor>,
): void {
  const wrong = [...index].filter(([tensor, shard]) => tensors.get(tensor)?.file !== shard);
  const first = wrong[0];
  if (first) {
    throw new CheckpointError(
      name,
      `${wrong.length} tensors are not in the shard it names, the first is ${JSON.stringify(first[0])} in ${first[1]}; are all files of one version?`,
    );
  }
}
