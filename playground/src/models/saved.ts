/**
 * Models that were saved on this page: folders in the origin's private file system (OPFS), which outlive reloads.
 * Works on the page and in its worker.
 *
 * @module
 */
import type { PickedFile } from './reference.ts';

const root = 'models';

/** Names of the saved models, sorted; empty where the browser keeps no files. */
export async function listSavedModels(): Promise<string[]> {
  if (!navigator.storage?.getDirectory) return [];
  const names: string[] = [];
  for await (const [name, handle] of (await folder()).entries()) {
    if (handle.kind === 'directory' && (await holdsModel(handle as FileSystemDirectoryHandle))) {
      names.push(name);
    }
  }
  return names.sort();
}

/**
 * Saves a model's files under a name; what was there under that name is replaced.
 *
 * @param files their bytes or text by name; `config.json` is written last, since a folder with it counts as a model
 */
export async function saveModel(
  name: string,
  files: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>,
): Promise<void> {
  await deleteSavedModel(name);
  const target = await (await folder()).getDirectoryHandle(name, { create: true });
  const order = Object.keys(files).sort(
    (a, b) => Number(a === 'config.json') - Number(b === 'config.json'),
  );
  for (const file of order) {
    const handle = await target.getFileHandle(file, { create: true });
    const stream = await handle.createWritable();
    await stream.write(files[file]!);
    await stream.close();
  }
}

/** The files of a saved model. @throws Error if there is none of that name. */
export async function openSavedModel(name: string): Promise<PickedFile[]> {
  const files: PickedFile[] = [];
  for await (const handle of (await existing(name)).values()) {
    if (handle.kind !== 'file') continue;
    files.push({ name: handle.name, file: await (handle as FileSystemFileHandle).getFile() });
  }
  return files;
}

/** Deletes a saved model, if there is one of that name. */
export async function deleteSavedModel(name: string): Promise<void> {
  await (await folder()).removeEntry(name, { recursive: true }).catch((error: unknown) => {
    if ((error as Error).name !== 'NotFoundError') throw error;
  });
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const origin = await navigator.storage.getDirectory();
  return origin.getDirectoryHandle(root, { create: true });
}

async function existing(name: string): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await folder()).getDirectoryHandle(name);
  } catch (error) {
    const names = await listSavedModels();
    throw new Error(
      `no model "${name}" is saved in this browser; ${names.length > 0 ? `there are ${names.join(', ')}` : 'train one first'}`,
      { cause: error },
    );
  }
}

async function holdsModel(directory: FileSystemDirectoryHandle): Promise<boolean> {
  return directory.getFileHandle('config.json').then(
    () => true,
    () => false,
  );
}
