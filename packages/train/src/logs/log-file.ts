/** A file that is added to line by line or record by record (Node), in a folder that is made when it is needed. */
export class LogFile {
  readonly #path: Promise<string>;
  #last: Promise<void>;

  private constructor(path: Promise<string>) {
    this.#path = path;
    this.#last = path.then(() => {});
    this.#last.catch(() => {});
  }

  /**
   * A new file `NAME.EXTENSION` of a folder; where there is one already, `NAME-2.EXTENSION` and so on, so that no
   * earlier run's log is lost.
   */
  static create(folder: string, name: string, extension: string): LogFile {
    return new LogFile(createFile(folder, name, extension));
  }

  /** The file's path. */
  get path(): Promise<string> {
    return this.#path;
  }

  /** Adds at the end; the promise is done when the file has it. */
  append(content: string | Uint8Array): Promise<void> {
    this.#last = this.#last.then(async () => {
      const { appendFile } = await import('node:fs/promises');
      await appendFile(await this.#path, content);
    });
    return this.#last;
  }
}

async function createFile(folder: string, name: string, extension: string): Promise<string> {
  const { mkdir, open } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  for (let count = 1; ; count++) {
    const path = `${folder}/${count === 1 ? name : `${name}-${count}`}.${extension}`;
    try {
      await (await open(path, 'wx')).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
