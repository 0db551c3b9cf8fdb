import type { RepositoryCache } from './cache.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import { type CacheStore, memoryStore } from './cache-store.ts';
import { env } from './environment.ts';
import { openStoreCache } from './store-cache.ts';

/** Name of the cache in browsers. */
const CACHE_NAME = 'llm-hub';

let memory: CacheStore | undefined;

/**
 * Opens the cache of a repository: `env.cache` if it is set, a folder in Node, `caches` in browsers, and the memory
 * where a page has none of them.
 *
 * @param id - The repository. @param folder - Folder asked for, instead of the default one (Node).
 */
export async function openRepositoryCache(
  id: string,
  folder: string | undefined,
): Promise<RepositoryCache> {
  if (env.cache) return openStoreCache(env.cache, env.remoteHost, id);
  if (typeof process !== 'undefined' && process.versions?.node) {
    const { openFolderCache } = await import('./folder-cache.ts'); // of no use to a page
    return openFolderCache(folder ?? (await defaultCacheFolder()), id);
  }
  if (folder !== undefined) {
    throw new Error('openSource: the option cache_dir needs a file system; set env.cache instead');
  }
  if (typeof caches === 'undefined') memory ??= memoryStore();
  return openStoreCache(memory ?? (await caches.open(CACHE_NAME)), env.remoteHost, id);
}
