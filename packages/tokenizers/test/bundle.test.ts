/**
 * What a page downloads that encodes and decodes: the entry, and what a file's components add to it. What reads files
 * from a folder or the hub (@llm/hub) and turns other formats into tokenizer.json is no part of it.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundlePage, gzippedSize, loadedWith } from '../../../tools/testing/bundle.ts';

const PAGES = {
  ids: {
    program: `
import { IdTokenizer } from '@llm/tokenizers/ids';
const tokenizer = await IdTokenizer.load(await (await fetch('tokenizer.json')).json());
console.log(tokenizer.decode(tokenizer.encode('text')));
`,
    has: 'ids/id-tokenizer.ts',
    lacks: ['/encoding.ts', 'aligned-text', '/tokenizer.ts', 'truncation', 'pretrained/'],
    limit: 6_400,
  },
  calls: {
    program: `
import { AutoTokenizer } from '@llm/tokenizers';
const tokenizer = await AutoTokenizer.from_pretrained('owner/name');
console.log(tokenizer.decode(tokenizer('text').input_ids));
`,
    has: 'pretrained/call.ts',
    lacks: [],
    limit: 14_050,
  },
} as const;
/** What no page has before a file or a call asks for it. */
const OTHERS = [
  'packages/hub/',
  'jinja',
  'pattern/automaton',
  'models/',
  'normalizers/',
  'decoders/',
  'formats/',
  'training/train',
  'text/',
];

/**
 * Most bytes, gzipped, that a page of each kind downloads for a file, special tokens included: what it is now and
 * little more, so that growth is seen. The aim is 14 KB.
 */
const FILES = [
  { file: 'BERT', families: ['bert', 'composed'], ids: 11_100, calls: 19_000 },
  { file: 'T5', families: ['sentence-piece', 'composed'], ids: 13_100, calls: 21_000 },
  { file: 'GPT-2', families: ['byte-level'], ids: 14_000, calls: 21_850 },
  { file: 'Llama 3', families: ['byte-level', 'composed'], ids: 15_600, calls: 23_600 },
] as const;

describe.each(['ids', 'calls'] as const)('a page that wants %s', (kind) => {
  const { program, has, lacks, limit } = PAGES[kind];
  let result: Bundle;
  beforeAll(async () => {
    result = await bundlePage(program, fileURLToPath(new URL('.', import.meta.url)));
  });

  it(`downloads at most ${limit} bytes, and nothing that not every tokenizer needs`, () => {
    const paths = loadedWith(result, ['page.ts']);
    expect(gzippedSize(result, paths)).toBeLessThanOrEqual(limit);
    const sources = sourcesOf(result, paths);
    expect(sources.some((source) => source.includes(has))).toBe(true);
    for (const other of [...OTHERS, ...lacks]) {
      expect(
        sources.filter((source) => source.includes(other)),
        other,
      ).toEqual([]);
    }
  });

  it.each(FILES)('downloads little for $file', ({ families, [kind]: most }) => {
    const entries = families.map((family) => `components/${family}.ts`);
    const paths = loadedWith(result, ['page.ts', ...entries]);
    expect(gzippedSize(result, paths)).toBeLessThanOrEqual(most);
    for (const other of lacks) {
      expect(
        sourcesOf(result, paths).filter((source) => source.includes(other)),
        other,
      ).toEqual([]);
    }
  });
});

function sourcesOf({ metafile }: Bundle, paths: Iterable<string>): string[] {
  return Array.from(paths, (path) =>
    Object.entries(metafile.outputs[path]!.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([name]) => name),
  ).flat();
}
