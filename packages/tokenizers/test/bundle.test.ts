/**
 * What a page downloads that encodes and decodes: the entry, and what a file's components add to it. What reads files
 * from a folder or the hub (@llm/hub) and turns other formats into tokenizer.json is no part of it.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundlePage, gzippedSize, loadedWith } from '../../../tools/testing/bundle.ts';

const PAGE = `
import { AutoTokenizer } from '@llm/tokenizers';
const tokenizer = await AutoTokenizer.from_pretrained('owner/name');
console.log(tokenizer.decode(tokenizer('text').input_ids));
`;

/** Most bytes, gzipped, of what the page itself imports. The aim is 14 KB. */
const ENTRY_LIMIT = 12_200;
/**
 * Most bytes, gzipped, together with the components of a family: what it is now and little more, so that growth is
 * seen. Half of what the first two add is the compiler and matcher of patterns.
 */
const FAMILY_LIMITS = {
  'byte-level': 22_500,
  'sentence-piece': 17_500,
  bert: 16_100,
} as const;

describe('a page that encodes and decodes', () => {
  let result: Bundle;
  beforeAll(async () => {
    result = await bundlePage(PAGE, fileURLToPath(new URL('.', import.meta.url)));
  });

  it(`downloads at most ${ENTRY_LIMIT} bytes, and nothing that not every tokenizer needs`, () => {
    const paths = loadedWith(result, ['page.ts']);
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
    const paths = loadedWith(result, ['page.ts', `components/${family}.ts`]);
    expect(gzippedSize(result, paths)).toBeLessThanOrEqual(limit);
  });
});
