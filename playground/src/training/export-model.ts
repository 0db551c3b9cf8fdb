/**
 * Takes a saved model out of the browser.
 *
 * @module
 */
import { openSavedModel } from '../models/saved.ts';

/** Whether files can be written to a folder of the computer: not in every browser. */
export const canSaveToFolder = 'showDirectoryPicker' in globalThis;

type DirectoryPicker = (options: {
  readonly mode: 'readwrite';
}) => Promise<FileSystemDirectoryHandle>;

/** Downloads a saved model as one zip file, which holds the folder that Python loads too. */
export async function downloadModel(name: string): Promise<void> {
  const [{ zipSync }, files] = await Promise.all([import('fflate'), openSavedModel(name)]);
  const entries = await Promise.all(
    files.map(async ({ name: path, file }) => {
      return [`${name}/${path}`, new Uint8Array(await file.arrayBuffer())] as const;
    }),
  );
  // Weights hardly shrink: stored as they are.
  const zip = zipSync(Object.fromEntries(entries), { level: 0 });
  const address = URL.createObjectURL(new Blob([zip], { type: 'application/zip' }));
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: `${name}.zip`,
  });
  link.click();
  // The download has to begin before its address goes.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Writes a saved model's files into a folder that is asked for. @returns false if none was chosen */
export async function saveToFolder(name: string): Promise<boolean> {
  const { showDirectoryPicker } = globalThis as unknown as { showDirectoryPicker: DirectoryPicker };
  let parent: FileSystemDirectoryHandle;
  try {
    parent = await showDirectoryPicker({ mode: 'readwrite' });
  } catch (error) {
    if ((error as Error).name === 'AbortError') return false;
    throw error;
  }
  const target = await parent.getDirectoryHandle(name, { create: true });
  for (const { name: path, file } of await openSavedModel(name)) {
    const stream = await (await target.getFileHandle(path, { create: true })).createWritable();
    await stream.write(file);
    await stream.close();
  }
  return true;
}
