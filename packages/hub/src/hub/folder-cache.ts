import { writeFileAtomic } from '../atomic-write.ts';
import { diskFolder } from '../disk-folder.ts';
import { checkFileName } from '../file-name.ts';
import { isMissing } from '../system.ts';
import type { RepositoryCache } from './cache.ts';
import { openPartial } from './partial-disk-file.ts';
import { checkRevision } from './repository.ts';

/**
 * The cache of a repository in the layout of Python's `huggingface_hub`, which finds what is kept here and the
 * other way round: `models--OWNER--NAME/refs/REVISION` holds a commit, `snapshots/COMMIT/FILE` links into
 * `blobs/ETAG` (Node).
 *
 * @param folder - Folder of the whole cache. @param id - The repository.
 */
export async function openFolderCache(folder: string, id: string): Promise<RepositoryCache> {
  const fs = await import('node:fs/promises');
  const path = await import('node:path');
  const root = path.resolve(folder, `models--${id.replaceAll('/', '--')}`);
  const snapshot = (commit: string) => path.join(root, 'snapshots', checkFileName(commit));
  const refFile = (revision: string) => path.join(root, 'refs', checkRevision(revision));

  async function isFile(file: string): Promise<boolean> {
    return fs.stat(file).then(
      (stat) => stat.isFile(),
      () => false,
    );
  }

  return {
    location: root,

    async commitOf(revision) {
      try {
        const commit = (await fs.readFile(refFile(revision), 'utf8')).trim();
        return /^[\w.-]{1,100}$/.test(commit) ? commit : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async remember(revision, commit) {
      const file = refFile(revision);
      await fs.mkdir(path.dirname(file), { recursive: true });
      const old = await fs.readFile(file, 'utf8').catch(() => undefined);
      if (old !== commit) await writeFileAtomic(file, commit);
    },

    async open(commit, name) {
      const source = diskFolder(snapshot(commit));
      return (await source.has(name)) ? source.open?.(name) : undefined;
    },

    list: async (commit) => (await diskFolder(snapshot(commit)).list?.()) ?? [],

    async store(remote, commit, name, fill) {
      const blobs = path.join(root, 'blobs');
      const blob = path.join(blobs, remote.etag);
      await fs.mkdir(blobs, { recursive: true });
      if (!(await isFile(blob))) {
        const partial = await openPartial(blobs, remote.etag);
        try {
          await fill(partial);
        } finally {
          await partial.release();
        }
        await fs.rename(partial.path, blob).catch(async (error: unknown) => {
          // Windows renames over no file that is open: another process was faster.
          if (!(await isFile(blob))) throw error;
          await fs.rm(partial.path, { force: true });
        });
      }
      await link(blob, path.join(snapshot(commit), checkFileName(name)));
    },
  };
}

/** Makes `file` a relative link to `blob`, or a copy where links are not allowed (Windows). */
async function link(blob: string, file: string): Promise<void> {
  const fs = await import('node:fs/promises');
  const { dirname, relative } = await import('node:path');
  await fs.mkdir(dirname(file), { recursive: true });
  const unique = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await fs.symlink(relative(dirname(file), blob), unique);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
    await fs.copyFile(blob, unique);
  }
  // In one step, so that nobody ever sees the name without its bytes.
  await fs.rename(unique, file);
}
