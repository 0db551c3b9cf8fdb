/// <reference lib="dom.asynciterable" />
import { type FileContent, MissingFileError } from '@llm/hub';
import { numberedName } from './numbered-name.ts';
import type { FolderFiles, RunStorage } from './run-storage.ts';

/** A checkpoint that is written beside the one that it replaces. */
const beside = /^\.new-(checkpoint-\d+)$/;

/** Last file of such a checkpoint: where it is, the others are. */
const wholeName = '.whole';

type Folder = FileSystemDirectoryHandle;

/**
 * Folders in the origin's private file system (a page), which a reload and the browser's end leave in place. Paths are
 * names with `/` between them. Folders have no rename there: a checkpoint that replaces one of its name is first
 * written beside it as a whole, and `prepare` finishes what was cut off.
 *
 * @throws Error in a page without such a file system
 */
export async function privateFileSystem(): Promise<RunStorage> {
  if (typeof navigator === 'undefined' || !navigator.storage?.getDirectory) {
    throw new Error(
      "Trainer: there is no private file system here to write to (it wants https or localhost); train with save_strategy 'no' and without report_to",
    );
  }
  const origin = await navigator.storage.getDirectory();
  return {
    async prepare(path) {
      const folder = await makeFolder(origin, path);
      for (const name of await namesOf(folder)) {
        const checkpoint = beside.exec(name)?.[1];
        if (checkpoint === undefined) continue;
        const { [wholeName]: whole, ...files } = await readAll(
          await folder.getDirectoryHandle(name),
        );
        // If it is not whole, the old one has not been touched.
        if (whole) await write(await makeFolder(folder, checkpoint), files);
        await folder.removeEntry(name, { recursive: true });
      }
    },

    async names(path) {
      const folder = await findFolder(origin, path);
      return folder ? namesOf(folder) : [];
    },

    async replace(path, name, files) {
      const folder = await makeFolder(origin, path);
      const isTaken = (await namesOf(folder)).includes(name);
      const fresh = `.new-${name}`;
      if (isTaken) {
        await write(await makeFolder(folder, fresh), { ...files, [wholeName]: '' });
        await folder.removeEntry(name, { recursive: true });
      }
      await write(await makeFolder(folder, name), files);
      if (isTaken) await folder.removeEntry(fresh, { recursive: true });
    },

    async remove(path, name) {
      await (await makeFolder(origin, path)).removeEntry(name, { recursive: true });
    },

    async save(path, files) {
      await write(await makeFolder(origin, path), files);
    },

    async createFile(path, name, extension) {
      const folder = await makeFolder(origin, path);
      const taken = new Set(await namesOf(folder));
      let count = 1;
      while (taken.has(numberedName(name, count, extension))) count++;
      const file = numberedName(name, count, extension);
      await folder.getFileHandle(file, { create: true });
      return file;
    },

    async append(path, name, content) {
      const handle = await (await makeFolder(origin, path)).getFileHandle(name, { create: true });
      const { size } = await handle.getFile();
      await writeFile(handle, name, content, size);
    },

    open(path) {
      const list = async () => {
        const folder = await findFolder(origin, path);
        return folder ? Object.keys(await handlesOf(folder)).sort() : [];
      };
      const find = async (name: string) => {
        const { parent, file } = split(name);
        const folder = await findFolder(origin, `${path}/${parent}`);
        return folder?.getFileHandle(file).catch(whereMissing);
      };
      return {
        location: path,
        has: async (name) => (await find(name)) !== undefined,
        list,
        async read(name) {
          const handle = await find(name);
          if (!handle) throw new MissingFileError(name, path, await list());
          return readFile(handle);
        },
      };
    },
  };
}

async function makeFolder(origin: Folder, path: string): Promise<Folder> {
  let folder = origin;
  for (const name of partsOf(path)) {
    folder = await folder.getDirectoryHandle(name, { create: true });
  }
  return folder;
}

async function findFolder(origin: Folder, path: string): Promise<Folder | undefined> {
  let folder: Folder | undefined = origin;
  for (const name of partsOf(path)) {
    folder = await folder.getDirectoryHandle(name).catch(whereMissing);
    if (!folder) return undefined;
  }
  return folder;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function split(path: string): { parent: string; file: string } {
  const at = path.lastIndexOf('/');
  return { parent: path.slice(0, Math.max(0, at)), file: path.slice(at + 1) };
}

async function namesOf(folder: Folder): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

/** The files of a folder and of those in it, by their paths. */
async function handlesOf(folder: Folder): Promise<Record<string, FileSystemFileHandle>> {
  const found: Record<string, FileSystemFileHandle> = {};
  for await (const [name, handle] of folder.entries()) {
    if (handle instanceof FileSystemFileHandle) found[name] = handle;
    else if (handle instanceof FileSystemDirectoryHandle) {
      for (const [inner, each] of Object.entries(await handlesOf(handle))) {
        found[`${name}/${inner}`] = each;
      }
    }
  }
  return found;
}

async function readAll(folder: Folder): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, handle] of Object.entries(await handlesOf(folder))) {
    files[name] = await readFile(handle);
  }
  return files;
}

async function readFile(handle: FileSystemFileHandle): Promise<Uint8Array> {
  return new Uint8Array(await (await handle.getFile()).arrayBuffer());
}

/** Writes files in their order; each has its old content until it has the new one. */
async function write(folder: Folder, files: FolderFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const { parent, file } = split(name);
    const place = await makeFolder(folder, parent);
    await writeFile(await place.getFileHandle(file, { create: true }), name, content);
  }
}

/** Writes a file as a whole, or from a position on. */
async function writeFile(
  handle: FileSystemFileHandle,
  name: string,
  content: FileContent,
  position = 0,
): Promise<void> {
  const stream = await handle.createWritable({ keepExistingData: position > 0 });
  try {
    if (position > 0) await stream.seek(position);
    await stream.write(content as string | Uint8Array<ArrayBuffer>);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw new Error(
      `Trainer: cannot write ${name} to the page's file system: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Undefined for what is not there. */
function whereMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}
