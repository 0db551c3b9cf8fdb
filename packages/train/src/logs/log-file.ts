import { runStorage } from '../trainer/storage/run-storage.ts';

/**
 * A file that is added to line by line or record by record, in a folder that is made when it is needed: on disk, or in
 * a page's private file system.
 */
export class LogFile {
  readonly #folder: string;
  readonly #name: Promise<string>;
  #last: Promise<void>;

  private constructor(folder: string, name: Promise<string>) {
    this.#folder = folder;
    this.#name = name;
    this.#last = name.then(() => {});
    this.#last.catch(() => {});
  }

  /**
   * A new file `NAME.EXTENSION` of a folder; where there is one already, `NAME-2.EXTENSION` and so on, so that no
   * earlier run's log is lost.
   */
  static create(folder: string, name: string, extension: string): LogFile {
    const made = runStorage().then((storage) => storage.createFile(folder, name, extension));
    return new LogFile(folder, made);
  }

  /** Adds at the end; the promise is done when the file has it. */
  append(content: string | Uint8Array): Promise<void> {
    this.#last = this.#last.then(async () => {
      await (await runStorage()).append(this.#folder, await this.#name, content);
    });
    return this.#last;
  }
}
