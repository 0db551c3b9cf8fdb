import { checkFileName } from './file-name.ts';
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
  return {
    location,
    async read(name) {
      const content = byName.get(checkFileName(name));
      if (content === undefined) {
        throw new MissingFileError(name, location, [...byName.keys()].sort());
      }
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    has: async (name) => byName.has(checkFileName(name)),
    list: async () => [...byName.keys()].sort(),
  };
}
