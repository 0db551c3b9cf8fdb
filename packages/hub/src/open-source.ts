import { deferredSource } from './deferred-source.ts';
import { openFolder } from './folder.ts';
import { checkHubOptions, type HubOptions } from './hub/options.ts';
import { isRepositoryId } from './hub/repository.ts';
import { openRepository } from './hub/source.ts';
import type { ModelSource } from './source.ts';
import { openUrl } from './url.ts';

/**
 * Opens the place that holds a model's files. As in Python, `owner/name` and `name` mean a folder if there is one,
 * else a repository of the hub; `./name` is always a folder.
 *
 * @param location - A folder's path (Node), a repository's id, an `http:`, `https:` or `file:` URL, or a source,
 *   which is returned as it is.
 * @param options - For repositories of the hub; elsewhere only `revision` is refused, the others have no effect.
 * @returns The source; nothing is read yet.
 * @throws Error if the URL has another scheme, or an option does not apply.
 */
export function openSource(
  location: string | URL | ModelSource,
  options: HubOptions = {},
): ModelSource {
  checkHubOptions(options);
  if (typeof location === 'string' && isRepositoryId(location)) {
    return openFolderOrRepository(location, options);
  }
  if (options.revision !== undefined) {
    throw new Error(
      `openSource: got a revision for ${typeof location === 'string' ? location : 'a place'} that is no repository of the hub; leave it out`,
    );
  }
  if (typeof location === 'string') {
    return /^https?:\/\//i.test(location) ? openUrl(location) : openFolder(location);
  }
  if (!(location instanceof URL)) return location;
  if (location.protocol === 'file:') return openFolder(location);
  return openUrl(location);
}

/** What the name means is seen when the first file is wanted. */
function openFolderOrRepository(name: string, options: HubOptions): ModelSource {
  return deferredSource(name, async () =>
    (await isFolder(name)) ? openFolder(name) : openRepository(name, options),
  );
}

async function isFolder(path: string): Promise<boolean> {
  if (typeof process === 'undefined' || !process.versions?.node) return false;
  const { stat } = await import('node:fs/promises');
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
