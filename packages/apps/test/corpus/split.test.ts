// biome-ignore-all lint/suspicious/noTemplateCurlyInString: user-interface strings as data
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  NearestText,
  normalizeText,
  type SplitOptions,
  splitCorpus,
  stableHash,
  type TranslationPair,
  wordSet,
} from '../../src/corpus/index.ts';

const pair = (source: string, target: string): TranslationPair => ({
  source,
  target,
  origin: 'workbench',
});

test.each([
  ['Open {0}…', 'open'],
  ['$(gear)  Größe: ${size} (in %s)', 'größe in'],
  ["Don't SAVE", 'don t save'],
  ['{0} – {1}', ''],
])('normalizes %s', (text, normalized) => {
  expect(normalizeText(text)).toBe(normalized);
});

test('the hash is FNV-1a with MurmurHash3 finalizer', () => {
  // FNV-1a("") is the offset basis 0x811c9dc5; fmix32 of it computed by hand with BigInt.
  const finalize = (value: bigint): number => {
    const mask = 0xffffffffn;
    let h = value;
    h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
    h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
    return Number(h ^ (h >> 16n));
  };
  expect(stableHash('')).toBe(finalize(0x811c9dc5n));
  expect(stableHash('a')).toBe(finalize(0xe40c292cn)); // FNV-1a("a"), from the authors' test suite
  expect(stableHash('foobar')).toBe(finalize(0xbf9cf968n));
});

test('drops what cannot be learnt and counts it', () => {
  const { training, heldOut, report } = splitCorpus([
    pair('{0}: {1}', '{0} : {1}'),
    pair('Terminal', 'terminal.'),
    pair('Open', 'Öffnen'),
    pair('open {0}', 'öffnen {0}'),
    pair('open', 'Aufmachen'),
    pair('x'.repeat(161), 'lang'),
  ]);
  expect(report).toEqual({
    extracted: 6,
    withoutWords: 1,
    identical: 1,
    tooLong: 1,
    duplicates: 1,
  });
  const kept = [...training, ...heldOut].map((kept) => kept.target);
  expect(kept.sort()).toEqual(['Aufmachen', 'Öffnen']);
});

test('no source is on both sides, whatever the pairs', () => {
  const word = fc.constantFrom('open', 'Open', 'file', 'close', '{0}', 'tab', '!', 'new', 'a');
  const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 60 }), (raw) => {
      const pairs = raw.map(([source, target]) => pair(source, target));
      const { training, heldOut } = splitCorpus(pairs, { heldOutOneIn: 3 });
      const trained = new Set(training.map((kept) => normalizeText(kept.source)));
      const twins = heldOut.filter((kept) => trained.has(normalizeText(kept.source)));
      expect(twins).toEqual([]);
    }),
  );
});

test('unknown and unusable options throw', () => {
  expect(() => splitCorpus([], { ratio: 0.1 } as SplitOptions)).toThrow(/unknown option 'ratio'/);
  expect(() => splitCorpus([], { heldOutOneIn: 1 })).toThrow(/heldOutOneIn/);
  expect(() => splitCorpus([], { maxCharacters: 0 })).toThrow(/maxCharacters/);
  expect(() => splitCorpus([], { novelBelow: Number.NaN })).toThrow(/novelBelow/);
});

test('the nearest text is what a search of all pairs finds', () => {
  const jaccard = (a: Set<string>, b: Set<string>): number => {
    const shared = [...a].filter((word) => b.has(word)).length;
    return shared / (a.size + b.size - shared || 1);
  };
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 5 })
    .map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), text, (texts, query) => {
      const scores = texts.map((other) => jaccard(wordSet(query), wordSet(other)));
      const top = Math.max(...scores);
      const longest = Math.max(
        ...texts.filter((_, at) => scores[at] === top).map((other) => wordSet(other).size),
      );
      const index = texts.findIndex(
        (other, at) => scores[at] === top && wordSet(other).size === longest,
      );
      expect(new NearestText(texts).find(query)).toEqual(
        top === 0 ? { index: -1, similarity: 0 } : { index, similarity: top },
      );
    }),
  );
});
