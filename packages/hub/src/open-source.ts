import { openFolder } from './folder.ts';
import type { ModelSource } from './source.ts';
import { openUrl } from './url.ts';

/**
 * Opens the place that holds a model's files.
 *
 * @param location - A folder's path (Node), an `http:`, `https:` or `file:` URL, or a source, which
 *   is returned as it is.
 * @returns The source; nothing is read yet.
 * @throws Error if the URL has another scheme.
 */
export function openSource(location: string | URL | ModelSource): ModelSource {
  if (typeof location === 'string') {
    return /^https?:\/\//i.test(location) ? openUrl(location) : openFolder(location);
  }
  if (!(location instanceof URL)) return location;
  if (location.protocol === 'file:') return openFolder(location);
  return openUrl(location);
}
