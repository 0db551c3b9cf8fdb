import { checkFileName } from '../file-name.ts';
import { readRange } from '../random-access.ts';
import { MissingFileError, type ModelSource } from '../source.ts';
import { env } from './environment.ts';
import { checkHubOptions, type HubOptions } from './options.ts';
import { isRepositoryId } from './repository.ts';
import { Snapshot } from './snapshot.ts';

/**
 * A source over a repository of the hub. Files are downloaded when they are first read, several at once, and kept in
 * the cache; all are of the commit that the revision had at the first question.
 *
 * @param id - Such as `owner/name`.
 * @param options - See {@link HubOptions}.
 * @throws Error if the id or an option is not valid. Reading throws {@link HubError}.
 */
export function openRepository(id: string, options: HubOptions = {}): ModelSource {
  if (!isRepositoryId(id)) {
    throw new Error(`openRepository: got ${JSON.stringify(id)}, wants "owner/name" or "name"`);
  }
  checkHubOptions(options);
  const snapshot = new Snapshot(id, options);
  const location = `${env.remoteHost}/${id}`;

  async function open(name: string) {
    const file = await snapshot.open(checkFileName(name));
    if (file) return file;
    // The list only makes the message better.
    throw new MissingFileError(name, location, await snapshot.list().catch(() => undefined));
  }

  return {
    location,
    open,
    async read(name) {
      const file = await open(name);
      try {
        return await readRange(file, 0, file.size);
      } finally {
        await file.close();
      }
    },
    has: async (name) => snapshot.has(checkFileName(name)),
    list: () => snapshot.list(),
  };
}
