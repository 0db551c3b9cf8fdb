/**
 * Packs the packages of the workspace and installs them elsewhere, as a user gets them.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';

/** A package as it is published. */
export interface Packed {
  /** Path of its tarball. */
  readonly tarball: string;
  /** What it lets others import: `@llm/tensor`, `@llm/tensor/reference`. */
  readonly entries: readonly string[];
}

/** Packages by name. */
export type Tarballs = ReadonlyMap<string, Packed>;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** Packs every package of `workspace` into `folder`. @throws Error if one is not built. */
export async function packAll(workspace: string, folder: string): Promise<Tarballs> {
  await mkdir(folder, { recursive: true });
  const tarballs = new Map<string, Packed>();
  for (const directory of readdirSync(join(workspace, 'packages'))) {
    const source = join(workspace, 'packages', directory);
    if (!existsSync(join(source, 'dist/index.js'))) {
      throw new Error(`packages/${directory} is not built; run "npm run build" first`);
    }
    const output = await run('npm', ['pack', '--json', '--pack-destination', folder], source);
    const [packed] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }];
    const manifest: Manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    const files = packed.files.map(({ path }) => `./${path}`);
    const entries = Object.entries(manifest.exports)
      .filter(([entry]) => entry !== './package.json')
      .flatMap(([entry, target]) => entriesOf(entry, target, files))
      .map((entry) => manifest.name + entry.slice(1));
    tarballs.set(manifest.name, { tarball: join(folder, packed.filename), entries });
  }
  return tarballs;
}

/** An entry; of a pattern, one for every file that it lets in. */
function entriesOf(
  entry: string,
  target: Manifest['exports'][string],
  files: readonly string[],
): string[] {
  if (!entry.includes('*')) return [entry];
  const pattern = typeof target === 'string' ? target : target.default;
  const [before, after] = pattern.split('*') as [string, string];
  const found = files.filter((file) => file.startsWith(before) && file.endsWith(after));
  if (found.length === 0) throw new Error(`no file is packed for "${entry}": ${pattern}`);
  return found.map((file) =>
    entry.replace('*', file.slice(before.length, file.length - after.length)),
  );
}

/**
 * Makes an empty project in `folder` and installs `names` into it with their own dependencies, and nothing
 * else. Packages of the workspace come from the tarballs wherever they stand in the tree.
 *
 * @returns The packages of the workspace that came along, as a list to print.
 */
export async function install(
  folder: string,
  names: readonly string[],
  tarballs: Tarballs,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const fileOf = (name: string) => {
    const path = tarballs.get(name)?.tarball;
    if (!path) throw new Error(`${name} is not a package of this workspace`);
    return `file:${path}`;
  };
  const manifest = {
    name: 'packed-install',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(names.map((name) => [name, fileOf(name)])),
    // A direct dependency may not be overridden, and need not be.
    overrides: Object.fromEntries(
      [...tarballs.keys()]
        .filter((name) => !names.includes(name))
        .map((name) => [name, fileOf(name)]),
    ),
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], folder);
  return readdirSync(join(folder, 'node_modules/@llm')).join(', ');
}
