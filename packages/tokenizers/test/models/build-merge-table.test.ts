import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMergeTable } from '../../src/models/build-merge-table.ts';
import { invertVocabulary } from '../../src/vocabulary.ts';

const PREFIX = fc.integer({ min: 0, max: 2 });
const GAP = fc.integer({ min: 1, max: 3 });

/** The ids that merges make, by rank. */
function results(vocab: Map<string, number>, merges: [string, string][], prefix = 0): number[] {
  return [...buildMergeTable(vocab, invertVocabulary('BPE', vocab), merges, prefix).results];
}

describe('buildMergeTable', () => {
  it('finds what the vocabulary says, whatever the order of its ids', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '😀'),
      minLength: 1,
      maxLength: 3,
    });
    const pairs = fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(pairs, PREFIX, fc.boolean(), GAP, (merges, prefix, reversed, gap) => {
        const tokens = new Set(merges.flatMap(([l, r]) => [l, r, l + r.slice(prefix)]));
        const order = reversed ? [...tokens].reverse() : [...tokens];
        const vocab = new Map(order.map((token, index) => [token, index * gap]));
        const wanted = merges.map(([l, r]) => vocab.get(l + r.slice(prefix)));
        expect(results(vocab, merges, prefix)).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('tells a token apart from one that begins and ends alike', () => {
    const names = ['a', 'ba', 'aba', 'ab', 'b', 'abba'];
    const vocab = new Map(names.map((token, id) => [token, id]));
    // "a" + "ba" and "ab" + "ba" both begin with a and end with ba.
    const merges: [string, string][] = [
      ['a', 'ba'],
      ['ab', 'ba'],
      ['ab', 'a'],
    ];
    expect(results(vocab, merges)).toEqual([2, 5, 2]);
  });

  it('names the token that is missing', () => {
    const vocab = new Map([['a', 0]]);
    expect(() => results(vocab, [['a', 'x']])).toThrow(
      'merge 0 joins "a" and "x", but "x" is not in the vocabulary',
    );
    expect(() => results(vocab, [['a', 'a']])).toThrow('but "aa" is not in the vocabulary');
  });
});
