import { openFolder } from './folder.ts';
import { openUrl } from './url.ts';

/** A place that holds a model's files: a folder, a URL, files in memory. */
export interface ModelSource {
  /** Where it is, for messages: a path or a URL. */
  readonly location: string;
  /**
   * Reads a whole file.
   *
   * @param name - Path inside the source, with `/` between parts.
   * @throws MissingFileError if there is no such file.
   */
  read(name: string): Promise<Uint8Array>;
  /** True if the file exists. */
  has(name: string): Promise<boolean>;
  /** Names of all files, sorted; absent where the place cannot tell (plain HTTP). */
  list?(): Promise<string[]>;
}

/** A file that is wanted is not there. */
export class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
  /** The file that was wanted. */
  readonly file: string;
  /** Where it was looked for. */
  readonly location: string;
  /** What is there instead, if the source can tell. */
  readonly available: readonly string[] | undefined;

  /** @param file - The file. @param location - Where. @param available - What is there. */
  constructor(file: string, location: string, available?: readonly string[]) {
    const shown = available?.slice(0, 20).join(', ');
    const rest = available && available.length > 20 ? `, and ${available.length - 20} more` : '';
    const there =
      available === undefined ? '' : `; it holds ${shown ? `${shown}${rest}` : 'no files'}`;
    super(`no file ${JSON.stringify(file)} in ${location}${there}`);
    this.file = file;
    this.location = location;
    this.available = available;
  }
}

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
