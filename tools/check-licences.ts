/**
 * Holds the licences of what a user installs with the packages to a list: their runtime dependencies, theirs in turn,
 * and what is optional. Read from package-lock.json, which names the licence of each.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Licences that let anybody use, change and sell what contains the code. */
const allowed = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);

interface Locked {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly link?: boolean;
}

const root = new URL('../', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(fileURLToPath(new URL(path, root)), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };

/** Where Node finds a package from a place in the tree. */
function place(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const path = `${folder}${folder ? '/' : ''}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

const seen = new Map<string, Locked>();
const open = readdirSync(fileURLToPath(new URL('packages/', root))).map(
  (name) => `packages/${name}`,
);
for (let from = open.pop(); from !== undefined; from = open.pop()) {
  const own = packages[from] ?? {};
  for (const name of Object.keys({ ...own.dependencies, ...own.optionalDependencies })) {
    const path = place(from, name);
    if (path === undefined || seen.has(path) || packages[path]!.link) continue;
    seen.set(path, packages[path]!);
    open.push(path);
  }
}

const isAllowed = (license = '') =>
  license
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((each) => allowed.has(each.trim())));
const refused = [...seen].filter(([, { license }]) => !isAllowed(license));
for (const [path, { license }] of refused) {
  console.error(`${path.replace(/^.*node_modules\//, '')}: ${license ?? 'no licence named'}`);
}
if (refused.length > 0) {
  console.error('licences: the above are not on the list in tools/check-licences.ts');
  process.exitCode = 1;
} else {
  const count = new Map<string, number>();
  for (const { license } of seen.values()) count.set(license!, (count.get(license!) ?? 0) + 1);
  const shown = [...count].map(([license, number]) => `${license} ${number}`).join(', ');
  console.log(`licences: ${seen.size} runtime dependencies ok (${shown})`);
}
