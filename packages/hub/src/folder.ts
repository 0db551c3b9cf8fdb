import { deferredSource } from './deferred-source.ts';
import type { ModelSource } from './source.ts';

/**
 * A source over a folder on disk (Node). A name that leads out of the folder is refused, also
 * through a link; only the layout of Hugging Face's own cache, `snapshots/<commit>/name` linking
 * into `blobs/` beside `snapshots`, may do so.
 *
 * @param folder - Path or `file:` URL; need not exist until something is read.
 */
export function openFolder(folder: string | URL): ModelSource {
  // A page has no folders, and does not download what reads them.
  return deferredSource(String(folder), async () =>
    (await import('./disk-folder.ts')).diskFolder(folder),
  );
}
