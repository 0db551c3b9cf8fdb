import { describe, expect, it } from 'vitest';
import { full } from '../../../tools/testing/full.ts';
import { readTokenizerJson } from '../src/components/index.ts';
import { ASSET_TOKENIZERS, openAIEncoder } from './support/asset-tokenizers.ts';
import { installAssets, translatedPhrases } from './support/assets.ts';
import { mixedLines } from './support/corpus.ts';
import { expectEqual } from './support/equality.ts';
import { Oracle } from './support/oracle.ts';

const MINUTES = 60_000;
const LINES = 100_000;

// Half a gigabyte is fetched on first use: only the full tests do it.
const missing = full ? installAssets() : 'only in test:full';
if (full && missing !== undefined)
  process.stderr.write(`tokenizer assets: not tested: ${missing}\n`);

const lines = missing === undefined ? mixedLines(LINES, translatedPhrases()) : [];

describe.skipIf(missing !== undefined)('tokenizers of well-known models', () => {
  it.each(Object.entries(ASSET_TOKENIZERS))(
    '%s gives the ids, offsets, tokens, words and text of the Rust library',
    async (_, read) => {
      const text = read();
      const ours = readTokenizerJson(JSON.parse(text));
      await expectEqual(ours, new Oracle(text), lines);
    },
    30 * MINUTES,
  );

  it.each([
    ['cl100k_base', 'cl100k'],
    ['o200k_base', 'o200k from ranks'],
  ] as const)(
    "%s gives the ids of OpenAI's own library",
    (encoding, name) => {
      const ours = readTokenizerJson(JSON.parse(ASSET_TOKENIZERS[name]()));
      const theirs = openAIEncoder(encoding);
      try {
        for (const line of lines) {
          const { ids } = ours.encode(line, undefined, { addSpecialTokens: false });
          const wanted = theirs.encode(line);
          if (ids.join() !== wanted.join()) expect(ids, JSON.stringify(line)).toEqual(wanted);
        }
      } finally {
        theirs.free();
      }
    },
    30 * MINUTES,
  );
});
