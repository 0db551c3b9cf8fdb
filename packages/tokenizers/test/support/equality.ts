import { expect } from 'vitest';
import type { Tokenizer } from '../../src/index.ts';
import { type Oracle, ourDetails, rustDetails } from './oracle.ts';

/**
 * Expects the same ids, offsets, tokens, words and decoded text as from the Rust library.
 *
 * @param ours - The tokenizer.
 * @param rust - The same one of the Rust library.
 * @param lines - Texts; each is also encoded together with the next one.
 */
export async function expectEqual(
  ours: Tokenizer,
  rust: Oracle,
  lines: readonly string[],
): Promise<void> {
  for (let start = 0; start < lines.length; start += 1000) {
    const part = lines.slice(start, start + 1000);
    const expected = await rust.raw.encodeBatch(part);
    const texts = await rust.raw.decodeBatch(
      expected.map((each) => each.getIds()),
      true,
    );
    part.forEach((line, index) => {
      const encoding = ours.encode(line, undefined, { places: 'code_point' });
      const want = rustDetails(expected[index]!);
      // Comparing text is much faster than comparing objects.
      if (JSON.stringify(ourDetails(encoding)) !== JSON.stringify(want)) {
        expect(ourDetails(encoding), JSON.stringify(line)).toEqual(want);
      }
      const { ids } = ours.encode(line);
      if (ids.join() !== encoding.ids.join()) {
        expect(ids, `ids only: ${JSON.stringify(line)}`).toEqual(encoding.ids);
      }
      const decoded = ours.decode(ids, true);
      if (decoded !== texts[index]) {
        expect(decoded, `decoded: ${JSON.stringify(line)}`).toBe(texts[index]);
      }
    });
  }
}
