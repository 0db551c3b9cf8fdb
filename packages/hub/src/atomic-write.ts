import { checkFileName } from './file-name.ts';
import { isProcessAlive } from './system.ts';

/** Bytes, or text that is stored as UTF-8. */
export type FileContent = Uint8Array | string;

/** Marks our temporary files; the process id in the name tells whether their writer still lives. */
const TEMPORARY = /^\.(.+)\.(\d+)-[0-9a-z]+\.tmp$/;

/** See `writeFileAtomic` of `save-folder.ts`. */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const { basename, dirname, resolve } = await import('node:path');
  const full = resolve(path);
  await replaceFiles(dirname(full), [[basename(full), content]]);
}

/** See `saveFolder` of `save-folder.ts`. */
export async function saveFolder(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
): Promise<void> {
  const fs = await import('node:fs/promises');
  const { dirname, join, resolve } = await import('node:path');
  const root = resolve(folder);
  const entries = Object.entries(files).map(([name, content]) => {
    return [checkFileName(name), content] as const;
  });
  const folders = new Set([root, ...entries.map(([name]) => dirname(join(root, name)))]);
  for (const each of folders) {
    await fs.mkdir(each, { recursive: true });
    await removeLeftovers(each);
  }
  await replaceFiles(root, entries);
}

async function replaceFiles(
  root: string,
  entries: readonly (readonly [name: string, content: FileContent])[],
): Promise<void> {
  const fs = await import('node:fs/promises');
  const { basename, dirname, join } = await import('node:path');
  const moves: { from: string; to: string }[] = [];
  try {
    for (const [name, content] of entries) {
      const to = join(root, name);
      const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`;
      const from = join(dirname(to), `.${basename(to)}.${unique}.tmp`);
      const handle = await fs.open(from, 'wx');
      moves.push({ from, to });
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const { from, to } of moves) await fs.rename(from, to);
  } catch (error) {
    await Promise.all(moves.map(({ from }) => fs.rm(from, { force: true })));
    throw error;
  }
  for (const folder of new Set(moves.map(({ to }) => dirname(to)))) await syncFolder(folder);
}

/** Makes the renames themselves durable; Windows cannot open a folder and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const fs = await import('node:fs/promises');
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const fs = await import('node:fs/promises');
  const { join } = await import('node:path');
  for (const name of await fs.readdir(folder)) {
    const writer = TEMPORARY.exec(name)?.[2];
    if (writer !== undefined && !isProcessAlive(Number(writer))) {
      await fs.rm(join(folder, name), { force: true });
    }
  }
}
