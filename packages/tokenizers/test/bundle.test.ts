/**
 * What a page downloads that encodes and decodes: the entry, and what a file's components add to it. What reads files
 * from a folder or the hub (@llm/hub) and turns other formats into tokenizer.json is no part of it.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildResult, build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const PAGE = `
import { AutoTokenizer } from '@llm/tokenizers';
const tokenizer = await AutoTokenizer.from_pretrained('owner/name');
console.log(tokenizer.decode(tokenizer('text').input_ids));
`;

/** Most bytes, gzipped, of what the page itself imports. The aim is 14 KB. */
const ENTRY_LIMIT = 12_000;
/**
 * Most bytes, gzipped, together with the components of a family: what it is now and little more, so that growth is
 * seen. Half of what byte-level BPE adds is the compiler and matcher of splitting patterns.
 */
const FAMILY_LIMITS = {
  'byte-level': 22_300,
  'sentence-piece': 22_100,
  bert: 20_700,
} as const;

type Result = BuildResult<{ write: false; metafile: true }>;

/** Outputs that load with those whose entry point is one of `entries`. */
function loaded({ metafile: { outputs } }: Result, entries: readonly string[]): Set<string> {
  const found = new Set<string>();
  const load = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind, external } of outputs[path]!.imports) {
      if (kind === 'import-statement' && !external) load(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entries.some((entry) => entryPoint?.endsWith(entry))) load(path);
  }
  return found;
}

function gzippedSize(result: Result, paths: Iterable<string>): number {
  return Array.from(paths, (path) => {
    const name = path.split('/').at(-1)!;
    const file = result.outputFiles.find((output) => output.path.endsWith(`/${name}`))!;
    return gzipSync(file.contents, { level: 9 }).length;
  }).reduce((sum, size) => sum + size);
}

describe('a page that encodes and decodes', () => {
  let result: Result;
  beforeAll(async () => {
    result = await build({
      stdin: {
        contents: PAGE,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        sourcefile: 'page.ts',
      },
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      conditions: ['@llm/source'],
      external: ['node:*', 'webgpu'],
      write: false,
      metafile: true,
      outdir: '/out',
    });
  });

  it(`downloads at most ${ENTRY_LIMIT / 1000} KB, and nothing that not every tokenizer needs`, () => {
    const paths = loaded(result, ['page.ts']);
    expect(gzippedSize(result, paths)).toBeLessThanOrEqual(ENTRY_LIMIT);
    const sources = Array.from(paths, (path) =>
      Object.entries(result.metafile.outputs[path]!.inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([name]) => name),
    ).flat();
    const uses = (part: string) => sources.some((source) => source.includes(part));
    expect(uses('pretrained/call.ts')).toBe(true);
    for (const other of [
      'packages/hub/',
      'jinja',
      'pattern/automaton',
      'models/',
      'normalizers/',
      'decoders/',
      'formats/',
      'training/train',
      'text/',
    ]) {
      expect(uses(other), other).toBe(false);
    }
  });

  it.each(Object.entries(FAMILY_LIMITS))('with %s downloads at most %i bytes', (family, limit) => {
    const paths = loaded(result, ['page.ts', `components/${family}.ts`]);
    expect(gzippedSize(result, paths)).toBeLessThanOrEqual(limit);
  });
});
