import { parseGguf } from '../gguf/parse.ts';
import { parsePrefix } from '../prefix.ts';
import { type ModelSource, openFile } from '../source.ts';
import { CheckpointError } from './error.ts';
import { type CheckpointContents, closeAll } from './reader.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** Far beyond the header of any published model, whose vocabularies take some 10 MB. */
const MAX_HEADER_BYTES = 256 << 20;

/** Opens a GGUF file; only its header is read. */
export async function openGguf(source: ModelSource, name: string): Promise<CheckpointContents> {
  const bytes = await openFile(source, name);
  try {
    const { metadata, tensors } = await parsePrefix(
      bytes,
      MAX_HEADER_BYTES,
      () => new CheckpointError(name, `its header is longer than ${MAX_HEADER_BYTES} bytes`),
      (start) => parseGguf(start, bytes.size, name),
    );
    checkUnsplit(name, metadata.get('split.count'));
    const stored = new Map<string, StoredTensor>();
    for (const [key, entry] of tensors) stored.set(key, { ...entry, file: name, bytes });
    return { format: 'gguf', files: [name], metadata, tensors: stored, opened: [bytes] };
  } catch (error) {
    await closeAll([bytes]);
    throw error;
  }
}

function checkUnsplit(name: string, count: unknown): void {
  if (count === undefined || count === 0 || count === 1) return;
  throw new CheckpointError(
    name,
    `is one of ${String(count)} parts; join them first with llama.cpp's gguf-split --merge`,
  );
}
