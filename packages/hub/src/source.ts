import { bytesFile, type RandomAccessFile } from './random-access.ts';

/** A place that holds a model's files: a folder, a URL, a repository of the hub, files in memory. */
export interface ModelSource {
  /** Where it is, for messages: a path, a URL or a repository. */
  readonly location: string;
  /**
   * Reads a whole file.
   *
   * @param name - Path inside the source, with `/` between parts.
   * @throws MissingFileError if there is no such file.
   */
  read(name: string): Promise<Uint8Array>;
  /**
   * Opens a file for reading in ranges, without taking it into memory. Absent where a place can only give
   * whole files; {@link openFile} then reads the whole file.
   *
   * @param name - Path inside the source, with `/` between parts.
   * @throws MissingFileError if there is no such file.
   */
  open?(name: string): Promise<RandomAccessFile>;
  /** True if the file exists. */
  has(name: string): Promise<boolean>;
  /** Names of all files, sorted; absent where the place cannot tell (plain HTTP). */
  list?(): Promise<string[]>;
}

/**
 * Opens a file of a source for reading in ranges. A source that can only give whole files is read here.
 *
 * @param source - Where the file is.
 * @param name - Path inside the source, with `/` between parts.
 * @throws MissingFileError if there is no such file.
 */
export async function openFile(source: ModelSource, name: string): Promise<RandomAccessFile> {
  return source.open ? await source.open(name) : bytesFile(await source.read(name));
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
