/**
 * What must not grow: the time for a character when a word does not end, and the memory when text does not end.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readTokenizerJson } from '@llm/tokenizers/components';
import { limitRow } from '../../harness/bound.ts';
import type { Case } from '../../harness/case.ts';
import { collectGarbage } from '../../harness/garbage.ts';
import { watchLoad } from '../../harness/load.ts';
import { median } from '../../harness/statistics.ts';
import { encodeAll } from './encode.ts';
import { FILES, type FileName } from './files.ts';
import { SLICES, slices } from './texts.ts';

const LONG = 1_000_000;
/** How much shorter the other word is. */
const SHORTER = 8;
const ROUNDS = 5;
/** What log n and cold caches may add to a time that is linear. */
const GROWTH = 2;

/** Words of any length. */
const WORDS = {
  'one letter': (length: number) => 'a'.repeat(length),
  base64: (length: number) => {
    let text = '';
    for (let block = 0; text.length < length; block += 1) {
      text += createHash('sha512').update(String(block)).digest('base64').slice(0, 85);
    }
    return text.slice(0, length);
  },
} as const;

/** Time for a character of 1 MB without a break, in times of that for an eighth of it. */
export function linearCase(file: FileName, word: keyof typeof WORDS): Case {
  const name = `${file}, 1 MB of ${word}: growth of the time a character`;
  return {
    name,
    async run(context) {
      const tokenizer = readTokenizerJson(JSON.parse(FILES[file]()));
      const time = (text: string) => {
        collectGarbage();
        const started = performance.now();
        tokenizer.encode(text);
        return (performance.now() - started) / text.length;
      };
      const [short, long] = [LONG / SHORTER, LONG].map((length) => WORDS[word](length)) as [
        string,
        string,
      ];
      time(short);
      const loadSince = watchLoad();
      const rounds = Array.from({ length: ROUNDS }, () => [time(short), time(long)] as const);
      return [
        limitRow(context, {
          name,
          unit: 'times',
          values: rounds.map(([before, after]) => after / before),
          against: 'linear',
          limit: GROWTH,
          threads: 1,
          load: loadSince(),
          note: `1 MB in ${(median(rounds.map(([, after]) => after)) * LONG).toFixed(0)} ms`,
        }),
      ];
    },
  };
}

/** Heap after ten slices over the heap after five, both collected: caches are full by then, or nearly. */
export function memoryCase(file: FileName): Case {
  const name = `${file}, English: growth of the heap over the last 5 of 10 MB`;
  return {
    name,
    async run(context) {
      const tokenizer = readTokenizerJson(JSON.parse(FILES[file]()));
      const texts = slices('English').slice(0, SLICES - 1);
      const heapAfter = (part: readonly (readonly string[])[]) => {
        for (const slice of part) encodeAll(tokenizer, slice);
        collectGarbage();
        return process.memoryUsage().heapUsed;
      };
      const half = texts.length / 2;
      const before = heapAfter(texts.slice(0, half));
      const growth = Math.max(0, heapAfter(texts.slice(half)) - before) / 2 ** 20;
      return [
        limitRow(context, {
          name,
          unit: 'MiB',
          values: [growth],
          against: 'limit',
          limit: 5,
          threads: 1,
          load: null,
        }),
      ];
    },
  };
}
