import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../test-assets/', import.meta.url));

/** Names of the tokenizers that `test-assets/package.json` brings. */
export const ASSET_NAMES: readonly string[] = Object.keys(
  (JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { dependencies: object })
    .dependencies,
);

/** Installs the test assets, once; they stay outside the workspace's install. */
export function installAssets(): void {
  if (ASSET_NAMES.every((name) => existsSync(pathOf(name)))) return;
  process.stderr.write('installing tokenizer files into test-assets (once, about 550 MB)\n');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** The text of an asset's tokenizer.json. */
export function assetText(name: string): string {
  return readFileSync(pathOf(name), 'utf8');
}

function pathOf(name: string): string {
  return `${folder}node_modules/${name}/models/tokenizer.json`;
}
