import type { FileContent } from './atomic-write.ts';

export type { FileContent };

/** A page has no folders, and does not download what writes them. */
const disk = () => import('./atomic-write.ts');

/**
 * Writes a file so that at every moment, through a crash too, its path holds either the old content
 * or the new one: a temporary sibling is written, flushed to the disk, then renamed (Node).
 *
 * @param path - The file; its folder must exist.
 * @param content - What it shall hold.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  await (await disk()).writeFileAtomic(path, content);
}

/**
 * Writes the files of a model folder (Node), making the folder if needed. All files are written and
 * flushed before the first one is renamed into place, in the order given; so a failure while
 * writing (a full disk, Ctrl-C) leaves every old file as it was. Put the file that makes a folder
 * valid last. Left-over temporary files of dead processes are removed.
 *
 * @param folder - Path of the folder; other files in it are left alone.
 * @param files - Content by name, with `/` between the parts of a name.
 * @throws Error if a name leads outside the folder; nothing is written then.
 */
export async function saveFolder(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
): Promise<void> {
  await (await disk()).saveFolder(folder, files);
}
