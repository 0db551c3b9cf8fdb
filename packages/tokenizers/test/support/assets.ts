import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../test-assets/', import.meta.url));
const require = createRequire(`${folder}package.json`);

const packages = Object.keys(
  (JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { dependencies: object })
    .dependencies,
);

/**
 * Installs the test assets, once; they stay outside the workspace's install.
 *
 * @returns Why they are missing: without a network the tests that need them are skipped.
 */
export function installAssets(): string | undefined {
  const missing = () => packages.filter((name) => !existsSync(`${folder}node_modules/${name}`));
  if (missing().length === 0) return undefined;
  process.stderr.write('installing tokenizer files into test-assets (once, about 600 MB)\n');
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  } catch (error) {
    return `test-assets lacks ${missing().join(', ')}, and npm ci failed: ${(error as Error).message}`;
  }
  return undefined;
}

/** A file of an installed asset. */
export function assetPath(path: string): string {
  return `${folder}node_modules/${path}`;
}

/** The text of a file of an installed asset. */
export function assetText(path: string): string {
  return readFileSync(assetPath(path), 'utf8');
}

/** A CommonJS module of an installed asset. */
export function assetModule<Module>(name: string): Module {
  return require(name) as Module;
}

/** Phrases of an interface in forty languages, from `@instructure/quiz-translations`. */
export function translatedPhrases(): string[] {
  const path = '@instructure/quiz-translations/lib';
  return readdirSync(assetPath(path))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const entries = JSON.parse(assetText(`${path}/${name}`)) as Record<
        string,
        string | { message: string }
      >;
      return Object.values(entries).map((each) => (typeof each === 'string' ? each : each.message));
    });
}
