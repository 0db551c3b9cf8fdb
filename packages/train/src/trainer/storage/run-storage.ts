import type { FileContent, ModelSource } from '@llm/hub';

/** Files by their names in a folder. */
export type FolderFiles = Readonly<Record<string, FileContent>>;

/** Where a trainer's folders are: the disk, or a page's private file system. */
export interface RunStorage {
  /**
   * Makes a run's folder, and clears what a run that was killed left half written in it.
   *
   * @throws Error if the folder cannot be written
   */
  prepare(folder: string): Promise<void>;
  /** Names of what a folder holds; empty if there is no such folder. */
  names(folder: string): Promise<string[]>;
  /**
   * Puts a checkpoint into a run's folder, in place of one of its name. If the process is killed meanwhile, either
   * there is one that is whole, or its last file, the manifest, is missing.
   */
  replace(folder: string, name: string, files: FolderFiles): Promise<void>;
  /** Removes a checkpoint. */
  remove(folder: string, name: string): Promise<void>;
  /** Writes files into a folder, which is made; others in it are left alone. */
  save(folder: string, files: FolderFiles): Promise<void>;
  /** The files of a folder. */
  open(folder: string): ModelSource;
  /**
   * Makes an empty file in a folder, which is made too: `NAME.EXTENSION`, or where that is taken `NAME-2.EXTENSION` and
   * so on. Gives its name.
   */
  createFile(folder: string, name: string, extension: string): Promise<string>;
  /** Adds at the end of a file of a folder. */
  append(folder: string, name: string, content: FileContent): Promise<void>;
}

let chosen: Promise<RunStorage> | undefined;

/** The disk in Node, the origin's private file system in a page. @throws Error where there is neither */
export function runStorage(): Promise<RunStorage> {
  chosen ??= choose();
  return chosen;
}

async function choose(): Promise<RunStorage> {
  if (typeof process !== 'undefined' && process.versions?.node) {
    return (await import('./disk.ts')).disk;
  }
  const { privateFileSystem } = await import('./private-file-system.ts');
  return privateFileSystem();
}
