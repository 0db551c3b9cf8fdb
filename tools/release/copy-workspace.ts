import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../packed-install/command.ts';

/** A package of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Copies what git knows, or would add, into an empty repository of its own with one commit on `main`. */
export async function copyWorkspace(workspace: string, folder: string): Promise<void> {
  const listed = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], workspace);
  const deleted = new Set(
    (await run('git', ['ls-files', '-d', '-z'], workspace)).split('\0').filter(Boolean),
  );
  for (const file of listed.split('\0').filter((each) => each && !deleted.has(each))) {
    const to = join(folder, file);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(workspace, file), to);
  }
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=dry run', '-c', 'user.email=dry@run', ...args], folder);
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'dry run');
  await git('config', 'user.email', 'dry@run');
  await git('add', '--all');
  await git('commit', '--quiet', '--no-verify', '-m', 'as it is');
}

/** The packages that are published. */
export async function packagesOf(workspace: string): Promise<WorkspacePackage[]> {
  const folders = await readdir(join(workspace, 'packages'));
  return Promise.all(
    folders.sort().map(async (name) => {
      const folder = join(workspace, 'packages', name);
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      return { name: manifest.name, version: manifest.version, folder };
    }),
  );
}

/** Makes every package of a copy go to another registry, without the provenance that only CI can give. */
export async function redirectTo(registry: string, workspace: string): Promise<void> {
  for (const { folder } of await packagesOf(workspace)) {
    const path = join(folder, 'package.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.publishConfig = { ...manifest.publishConfig, registry, provenance: false };
    await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}
