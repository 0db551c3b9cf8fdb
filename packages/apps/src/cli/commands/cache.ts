import type { Command } from 'commander';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';

/** `llm cache`: what downloads take, and how to be rid of them. */
export function addCache(program: Command, io: Io): void {
  const command = program.command('cache').description('show or remove downloaded models');
  command
    .command('list', { isDefault: true })
    .description('show the repositories that the cache holds')
    .option('--cache-dir <folder>', 'folder of the cache')
    .option('--json', 'print JSON')
    .action(async ({ cacheDir, json }: { cacheDir?: string; json?: boolean }) => {
      const { folder, repositories } = await readCache(cacheDir);
      if (json) return writeJson(io, { folder, repositories });
      io.out.write(`${folder}\n`);
      for (const { name, bytes } of repositories) {
        io.out.write(`${(bytes / 1e6).toFixed(1).padStart(10)} MB  ${name}\n`);
      }
      if (repositories.length === 0) io.out.write('empty\n');
    });
  command
    .command('remove')
    .argument('<repository>', 'such as openai-community/gpt2')
    .description('remove a repository from the cache')
    .option('--cache-dir <folder>', 'folder of the cache')
    .action(async (name: string, { cacheDir }: { cacheDir?: string }) => {
      const { rm } = await import('node:fs/promises');
      const { join } = await import('node:path');
      const { folder, repositories } = await readCache(cacheDir);
      const found = repositories.find((repository) => repository.name === name);
      if (!found)
        throw new UsageError(`cache remove: the cache ${folder} holds no ${name}; see 'llm cache'`);
      await rm(join(folder, found.entry), { recursive: true });
      io.out.write(`removed ${name}, ${(found.bytes / 1e6).toFixed(1)} MB\n`);
    });
}

interface CachedRepository {
  readonly name: string;
  /** Name of its folder. */
  readonly entry: string;
  readonly bytes: number;
}

/** The repositories in the layout of Python's `huggingface_hub`. */
async function readCache(
  cacheDir: string | undefined,
): Promise<{ folder: string; repositories: CachedRepository[] }> {
  const { readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { defaultCacheFolder } = await import('@llm/hub');
  const folder = cacheDir ?? (await defaultCacheFolder());
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const repositories = await Promise.all(
    entries
      .filter((entry) => entry.startsWith('models--'))
      .map(async (entry) => ({
        name: entry.slice('models--'.length).replaceAll('--', '/'),
        entry,
        bytes: await bytesOf(join(folder, entry, 'blobs')),
      })),
  );
  return { folder, repositories };
}

async function bytesOf(folder: string): Promise<number> {
  const { readdir, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
