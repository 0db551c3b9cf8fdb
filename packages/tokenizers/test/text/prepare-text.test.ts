import { describe, expect, it } from 'vitest';
import {
  cleanStep,
  exactDuplicatesStep,
  filterText,
  languageStep,
  mapText,
  nearDuplicatesStep,
  prepareText,
  sentencesStep,
} from '../../src/text/index.ts';
import { randomBelow, seededRandom } from '../../src/text/random.ts';
import { collect } from './support.ts';

describe('prepareText', () => {
  it('reports what each step read, changed, wrote and dropped, and why', async () => {
    const rows = [
      {
        text: 'The tea is hot and has been made by my mother.  They drink it with a lot of milk and sugar.',
        id: 1,
      },
      { text: 'Der Tee ist heiß und wurde von meiner Mutter gemacht.', id: 2 },
      { text: 'The tea is hot and has been made by my mother.', id: 3 },
      { text: 'cafÃ©', id: 4 },
      { text: ' \u200b ', id: 5 },
    ];
    const steps = [cleanStep(), sentencesStep(), exactDuplicatesStep(), languageStep(['en'])];
    const run = prepareText(rows, steps, { examples: 1 });
    expect(await collect(run)).toEqual([
      { text: 'The tea is hot and has been made by my mother.', id: 1 },
      { text: 'They drink it with a lot of milk and sugar.', id: 1 },
    ]);
    expect(run.report).toEqual({
      read: 5,
      written: 2,
      steps: [
        {
          name: 'clean',
          read: 5,
          written: 3,
          changed: 1,
          dropped: {
            mojibake: { count: 1, examples: [{ text: 'cafÃ©', id: 4 }] },
            empty: { count: 1, examples: [{ text: ' \u200b ', id: 5 }] },
          },
        },
        { name: 'sentences', read: 3, written: 4, changed: 1, dropped: {} },
        {
          name: 'exact duplicates',
          read: 4,
          written: 3,
          changed: 0,
          dropped: {
            duplicate: {
              count: 1,
              examples: [{ text: 'The tea is hot and has been made by my mother.', id: 3 }],
            },
          },
        },
        {
          name: 'language',
          read: 3,
          written: 2,
          changed: 0,
          dropped: { 'language de': { count: 1, examples: [rows[1]] } },
        },
      ],
    });
    expect(rows[0]!.text).toContain('  ');
  });

  it('lets errors of other kinds through, and refuses rows without a text', async () => {
    const broken = mapText('broken', () => {
      throw new RangeError('mine');
    });
    await expect(collect(prepareText(['a'], [broken]))).rejects.toThrow('mine');
    await expect(collect(prepareText([{ text: 1 } as never], []))).rejects.toThrow(
      'row 0: the text must be a string, got number',
    );
    expect(() => prepareText([], [], { example: 1 } as object)).toThrow('unknown option');
    expect(() => prepareText([], [], { examples: -1 })).toThrow('examples must be a whole number');
  });

  it('reads no further than it is asked to', async () => {
    let read = 0;
    let closed = false;
    async function* source() {
      try {
        for (; ; read++) yield `row ${read}`;
      } finally {
        closed = true;
      }
    }
    for await (const { text } of prepareText(source(), [filterText('all', () => undefined)])) {
      if (text === 'row 4') break;
    }
    expect([read, closed]).toEqual([4, true]);
  });

  it('streams 100,000 rows without keeping them', async () => {
    const rows = 100_000;
    const filler = 'The quick brown fox jumps over the lazy dog and runs. '.repeat(40);
    function* source() {
      // Every tenth row repeats the one before; the texts are 220 MB in all.
      for (let at = 0; at < rows; at++) yield `${at - (at % 10 === 9 ? 1 : 0)} ${filler}`;
    }
    const before = process.memoryUsage().heapUsed;
    let largest = 0;
    const run = prepareText(source(), [exactDuplicatesStep()]);
    for await (const _ of run) {
      if (run.report.read % 10_000 === 0) {
        largest = Math.max(largest, process.memoryUsage().heapUsed - before);
      }
    }
    expect(run.report.steps[0]!.dropped.duplicate!.count).toBe(rows / 10);
    // Garbage not yet collected included.
    expect(largest).toBeLessThan(120e6);
  });

  it('finds near duplicates among 100,000 rows', async () => {
    function* source() {
      for (let at = 0; at < 100_000; at++) {
        const row = at % 100 === 99 ? at - 1 : at;
        const random = seededRandom(row);
        const words = Array.from({ length: 8 }, () => randomBelow(random, 1e6));
        yield `${words.join(' ')}${row === at ? '' : '!'}`;
      }
    }
    const options = { num_permutations: 32, shingle_size: 2 };
    const run = prepareText(source(), [nearDuplicatesStep(options)]);
    let written = 0;
    for await (const _ of run) written++;
    expect(written).toBe(99_000);
  });
});
