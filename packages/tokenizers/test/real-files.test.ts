import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sized } from '../../../tools/testing/full.ts';
import { readTokenizerJson, writeTokenizerJson } from '../src/components/index.ts';
import { IdTokenizer } from '../src/ids/index.ts';
import { mixedLines } from './support/corpus.ts';
import { expectEqual } from './support/equality.ts';
import { Oracle } from './support/oracle.ts';
import { REAL_FILES } from './support/real-files.ts';
import { wordyText } from './support/texts.ts';

const MINUTES = 60_000;
const lines = mixedLines(sized(2000, 100_000));

describe.each(Object.entries(REAL_FILES))('%s', (_, read) => {
  const file = read();
  const ours = readTokenizerJson(file);
  const rust = new Oracle(JSON.stringify(file));

  it(
    'gives the ids, offsets, tokens, words and text of the Rust library',
    () => expectEqual(ours, rust, lines),
    sized(2, 20) * MINUTES,
  );

  it(
    'does so for random text',
    async () => {
      const twenty = fc.array(wordyText, { minLength: 20, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(twenty, (texts) => expectEqual(ours, rust, texts)),
        { numRuns: sized(20, 500) },
      );
    },
    5 * MINUTES,
  );

  it('gives its ids and text without places, too', async () => {
    const ids = await IdTokenizer.load(file);
    for (const line of lines.slice(0, 500)) {
      const wanted = ours.encode(line).ids;
      const got = ids.encode(line);
      if (got.join() !== wanted.join()) expect(got, JSON.stringify(line)).toEqual(wanted);
      const options = { skip_special_tokens: true };
      expect(ids.decode(got, options) === ours.decode(wanted, true), JSON.stringify(line)).toBe(
        true,
      );
    }
  });

  it('is written as the Rust library reads it', () => {
    const written = writeTokenizerJson(ours);
    expect(writeTokenizerJson(readTokenizerJson(JSON.parse(written)))).toBe(written);
    expect(new Oracle(written).raw.getVocabSize()).toBe(rust.raw.getVocabSize());
  });
});
