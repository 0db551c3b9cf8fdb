import { checkFileName } from './file-name.ts';
import { openDiskFile } from './folder-file.ts';
import { MissingFileError, type ModelSource } from './source.ts';
import { isMissing } from './system.ts';

/**
 * What `openFolder` reads by, in a file that pages do not load. A name that leads out of the folder is refused, also
 * through a link; only the layout of Hugging Face's own cache, `snapshots/<commit>/name` linking
 * into `blobs/` beside `snapshots`, may do so.
 *
 * @param folder - Path or `file:` URL; need not exist until something is read.
 */
export function diskFolder(folder: string | URL): ModelSource {
  const location = String(folder);

  async function open() {
    const [fs, path, url] = await Promise.all([
      import('node:fs/promises'),
      import('node:path'),
      import('node:url'),
    ]);
    return {
      fs,
      path,
      root: path.resolve(folder instanceof URL ? url.fileURLToPath(folder) : folder),
    };
  }

  /** The file's real path, or undefined if there is no such file. */
  async function locate(name: string): Promise<string | undefined> {
    const { fs, path, root } = await open();
    const file = path.join(root, checkFileName(name));
    try {
      const [real, realRoot] = await Promise.all([fs.realpath(file), fs.realpath(root)]);
      const blobs = path.resolve(root, '..', '..', 'blobs');
      const allowed =
        path.basename(path.dirname(root)) === 'snapshots' ? [realRoot, blobs] : [realRoot];
      if (!allowed.some((parent) => real.startsWith(parent + path.sep))) {
        throw new Error(
          `unsafe file ${JSON.stringify(name)} in ${location}: it is a link out of the folder; put a copy of the file there`,
        );
      }
      return (await fs.stat(real)).isFile() ? real : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async function list(): Promise<string[]> {
    const { fs, path, root } = await open();
    try {
      const entries = await fs.readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .map((name) => name.split(path.sep).join('/'))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async function find(name: string): Promise<string> {
    const file = await locate(name);
    if (file === undefined) throw new MissingFileError(name, location, await list());
    return file;
  }

  return {
    location,
    async read(name) {
      const file = await find(name);
      const { fs } = await open();
      const { buffer, byteOffset, byteLength } = await fs.readFile(file);
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
    open: async (name) => openDiskFile(await find(name)),
    has: async (name) => (await locate(name)) !== undefined,
    list,
  };
}
