import { openFolder, saveFolder } from '@llm/hub';
import { numberedName } from './numbered-name.ts';
import type { FolderFiles, RunStorage } from './run-storage.ts';

/** Folders that are being written, or were replaced. */
const temporary = /^\.(new|old)-(checkpoint-\d+)-[0-9a-z]+$/;

/**
 * Folders on disk (Node). A checkpoint is written beside its place, flushed and then renamed, so that at every moment,
 * also if the process is killed, each one is whole or not there.
 */
export const disk: RunStorage = {
  async prepare(folder) {
    const fs = await import('node:fs/promises');
    try {
      await fs.mkdir(folder, { recursive: true });
      await fs.access(folder, fs.constants.W_OK);
    } catch (error) {
      throw new Error(
        `Trainer: cannot write to output_dir ${folder}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    const names = await fs.readdir(folder);
    for (const name of names) {
      const [, kind, checkpoint] = temporary.exec(name) ?? [];
      if (kind === undefined) continue;
      // Killed between two renames: the old one goes back to its place.
      if (kind === 'old' && !names.includes(checkpoint!)) {
        await fs.rename(`${folder}/${name}`, `${folder}/${checkpoint}`);
      } else await fs.rm(`${folder}/${name}`, { recursive: true, force: true });
    }
  },

  async names(folder) {
    const { readdir } = await import('node:fs/promises');
    return readdir(folder).catch(() => []);
  },

  async replace(folder, name, files) {
    const fs = await import('node:fs/promises');
    const unique = `${process.pid}${Math.random().toString(36).slice(2)}`;
    const fresh = `${folder}/.new-${name}-${unique}`;
    const replaced = `${folder}/.old-${name}-${unique}`;
    const place = `${folder}/${name}`;
    try {
      await saveFolder(fresh, files);
      const isTaken = await fs.stat(place).then(
        () => true,
        () => false,
      );
      if (isTaken) await fs.rename(place, replaced);
      await fs.rename(fresh, place);
      await fs.rm(replaced, { recursive: true, force: true });
    } catch (error) {
      await fs.rm(fresh, { recursive: true, force: true });
      throw new Error(
        `Trainer: cannot save ${place}: ${(error as Error).message}; what was saved before is whole: mend this, then go on from there with resume_from_checkpoint`,
        { cause: error },
      );
    }
    await flushFolder(folder);
  },

  async remove(folder, name) {
    const { rename, rm } = await import('node:fs/promises');
    // Renamed first, so that a process killed here leaves no half of it under its name.
    const doomed = `${folder}/.new-${name}-removed`;
    await rm(doomed, { recursive: true, force: true });
    await rename(`${folder}/${name}`, doomed);
    await rm(doomed, { recursive: true, force: true });
  },

  save: (folder: string, files: FolderFiles) => saveFolder(folder, files),
  open: (folder) => openFolder(folder),

  async createFile(folder, name, extension) {
    const { mkdir, open } = await import('node:fs/promises');
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
      throw new Error(`Trainer: cannot make ${folder}: ${error.message}`, { cause: error });
    });
    for (let count = 1; ; count++) {
      const file = numberedName(name, count, extension);
      try {
        await (await open(`${folder}/${file}`, 'wx')).close();
        return file;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  },

  async append(folder, name, content) {
    const { appendFile } = await import('node:fs/promises');
    const path = `${folder}/${name}`;
    await appendFile(path, content).catch((error: Error) => {
      throw new Error(`Trainer: cannot write ${path}: ${error.message}`, { cause: error });
    });
  },
};

/** Makes renames durable; Windows cannot open a folder and needs no such step. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { open } = await import('node:fs/promises');
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
