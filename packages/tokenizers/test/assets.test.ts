import { beforeAll, describe, it } from 'vitest';
import { full } from '../../../tools/testing/full.ts';
import { readTokenizerJson } from '../src/components/index.ts';
import { ASSET_NAMES, assetText, installAssets } from './support/assets.ts';
import { mixedLines } from './support/corpus.ts';
import { expectEqual } from './support/equality.ts';
import { Oracle } from './support/oracle.ts';

const MINUTES = 60_000;

// Half a gigabyte is fetched on first use: only the full tests do it.
describe.skipIf(!full)('tokenizers of well-known models', () => {
  beforeAll(installAssets, 10 * MINUTES);

  it.each(ASSET_NAMES)(
    '%s gives the ids, offsets, tokens, words and text of the Rust library',
    async (name) => {
      const text = assetText(name);
      const ours = readTokenizerJson(JSON.parse(text));
      await expectEqual(ours, new Oracle(text), mixedLines(100_000));
    },
    30 * MINUTES,
  );
});
