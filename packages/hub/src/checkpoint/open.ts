import { openSource } from '../open-source.ts';
import { MissingFileError, type ModelSource } from '../source.ts';
import { type CheckpointContents, makeCheckpoint } from './reader.ts';
import { openSafetensors, openShardedSafetensors } from './safetensors.ts';
import type { Checkpoint } from './types.ts';

/** Options of {@link openCheckpoint}. */
export interface OpenCheckpointOptions {
  /** The checkpoint's file, or the index of its shards, where a source holds several. */
  readonly file?: string;
}

type Opener = (source: ModelSource, name: string) => Promise<CheckpointContents>;

// Loaded only where a file wants them: a page that reads safetensors downloads neither.
const openGguf: Opener = async (source, name) => (await import('./gguf.ts')).openGguf(source, name);
const openPytorch: Opener = async (source, name) =>
  (await import('./pytorch.ts')).openPytorch(source, name);
const openShardedPytorch: Opener = async (source, name) =>
  (await import('./pytorch.ts')).openShardedPytorch(source, name);

/** Names of Python's `save_pretrained`, in its order of preference. */
const STANDARD: readonly (readonly [name: string, open: Opener])[] = [
  ['model.safetensors', openSafetensors],
  ['model.safetensors.index.json', openShardedSafetensors],
  ['pytorch_model.bin', openPytorch],
  ['pytorch_model.bin.index.json', openShardedPytorch],
];

/** What opens a file, by how its name ends; the longest ending that fits counts. */
const BY_ENDING: readonly (readonly [ending: string, open: Opener])[] = [
  ['.safetensors.index.json', openShardedSafetensors],
  ['.bin.index.json', openShardedPytorch],
  ['.safetensors', openSafetensors],
  ['.bin', openPytorch],
  ['.pt', openPytorch],
  ['.pth', openPytorch],
  ['.gguf', openGguf],
];

/**
 * Opens a model's checkpoint: `model.safetensors`, its sharded index, `pytorch_model.bin`, its sharded index, or
 * the only GGUF file, whichever is there first. Headers are read and checked; numbers are read when asked for.
 *
 * @param location - A source, or what {@link openSource} takes.
 * @param options - See {@link OpenCheckpointOptions}.
 * @returns The open checkpoint; close it when the tensors are read.
 * @throws MissingFileError if there is no checkpoint.
 * @throws SafetensorsError if a safetensors file breaks its format.
 * @throws CheckpointError if another file breaks its format, is unsafe, or holds what is not supported.
 */
export async function openCheckpoint(
  location: string | URL | ModelSource,
  options: OpenCheckpointOptions = {},
): Promise<Checkpoint> {
  const { file, ...unknown } = options;
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined) {
    throw new Error(`openCheckpoint: unknown option ${JSON.stringify(extra)}; there is "file"`);
  }
  const source = openSource(location);
  const [name, open] = file === undefined ? await findFile(source) : [file, openerOf(file)];
  return makeCheckpoint(source.location, await open(source, name));
}

function openerOf(file: string): Opener {
  const found = BY_ENDING.find(([ending]) => file.endsWith(ending));
  if (found) return found[1];
  throw new Error(
    `openCheckpoint: got the file ${JSON.stringify(file)}, wants one that ends in ${BY_ENDING.map(([ending]) => ending).join(', ')}`,
  );
}

async function findFile(source: ModelSource): Promise<readonly [string, Opener]> {
  for (const standard of STANDARD) {
    if (await source.has(standard[0])) return standard;
  }
  const ggufs = (await source.list?.())?.filter((name) => name.endsWith('.gguf')) ?? [];
  if (ggufs.length > 1) {
    throw new Error(
      `openCheckpoint: ${source.location} holds ${ggufs.length} GGUF files; say which one by { file }: ${ggufs.slice(0, 20).join(', ')}`,
    );
  }
  const only = ggufs[0];
  if (only !== undefined) return [only, openGguf];
  throw new MissingFileError('model.safetensors', source.location, await source.list?.());
}
