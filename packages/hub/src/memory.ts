import { checkFileName } from './file-name.ts';
import { bytesFile } from './random-access.ts';
import { MissingFileError, type ModelSource } from './source.ts';

/**
 * A source over files that are in memory already: dropped on a page, unpacked, or made by a test.
 *
 * @param files - Bytes, or text, by name.
 * @param location - What to call the place in messages.
 */
export function openFiles(
  files: Readonly<Record<string, Uint8Array | string>>,
  location = 'memory',
): ModelSource {
  const byName = new Map(Object.entries(files));
  function find(name: string): Uint8Array {
    const content = byName.get(checkFileName(name));
    if (content === undefined) {
      throw new MissingFileError(name, location, [...byName.keys()].sort());
    }
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  }
  return {
    location,
    read: async (name) => find(name),
    open: async (name) => bytesFile(find(name)),
    has: async (name) => byName.has(checkFileName(name)),
    list: async () => [...byName.keys()].sort(),
  };
}
