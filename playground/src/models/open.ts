/**
 * Opens a model's place in the worker.
 *
 * @module
 */
import { MissingFileError, type ModelSource, type RandomAccessFile } from '@llm/hub';
import type { ModelReference, PickedFile } from './reference.ts';
import { openSavedModel } from './saved.ts';

/** What `pipeline` and `from_pretrained` take for a reference. */
export async function openReference(reference: ModelReference): Promise<string | ModelSource> {
  switch (reference.kind) {
    case 'repository':
      return reference.id;
    case 'url':
      return reference.url;
    case 'saved':
      return openPickedFiles(await openSavedModel(reference.name), reference.name);
    case 'folder':
      return openPickedFiles(reference.files, reference.name);
  }
}

/** Files that were picked as a source; weights are read in ranges, never the whole file at once. */
function openPickedFiles(files: readonly PickedFile[], location: string): ModelSource {
  const byName = new Map(files.map(({ name, file }) => [name, file]));
  const find = (name: string): File => {
    const file = byName.get(name);
    if (!file) throw new MissingFileError(name, location, [...byName.keys()].sort());
    return file;
  };
  return {
    location,
    read: async (name) => new Uint8Array(await find(name).arrayBuffer()),
    open: async (name) => openPickedFile(find(name)),
    has: async (name) => byName.has(name),
    list: async () => [...byName.keys()].sort(),
  };
}

function openPickedFile(file: File): RandomAccessFile {
  return {
    size: file.size,
    async readInto(target, position) {
      const end = position + target.byteLength;
      if (position < 0 || end > file.size) {
        throw new RangeError(
          `read: got bytes ${position} to ${end} of "${file.name}", which has ${file.size} bytes`,
        );
      }
      target.set(new Uint8Array(await file.slice(position, end).arrayBuffer()));
    },
    async close() {},
  };
}
