/** An installed npm package. */
export interface InstalledPackage {
  /** Its folder, absolute. */
  folder: string;
  /** The version its `package.json` states. */
  version: string;
  /** Names of the packages it depends on. */
  dependencies: string[];
}

/**
 * Finds an installed package by walking up from the working directory, then from this file, and
 * looking into each `node_modules`: what Node's own resolution does, but without asking the
 * package's `exports` whether its files may be read.
 *
 * @param name - for example `typescript`
 * @param install - what to install if it is absent, for example `typescript@5.9.3`
 * @param from - the folders to start from, by default the working directory and this module's
 * @throws Error naming the `npm i` command where the package is not installed
 */
export async function findPackage(
  name: string,
  install: string = name,
  from?: string[],
): Promise<InstalledPackage> {
  const { readFile } = await import('node:fs/promises');
  const { dirname, join, resolve } = await import('node:path');
  const { fileURLToPath } = await import('node:url');
  const starts = from ?? [process.cwd(), dirname(fileURLToPath(import.meta.url))];
  for (const start of starts) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name);
      const text = await readFile(join(candidate, 'package.json'), 'utf8').catch(ignoreMissing);
      if (text !== undefined) {
        const { version, dependencies = {} } = JSON.parse(text);
        return { folder: candidate, version, dependencies: Object.keys(dependencies) };
      }
      if (dirname(folder) === folder) break;
    }
  }
  throw new Error(
    `corpus: the npm package ${name} is not installed; install it with: npm i -D ${install}`,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
