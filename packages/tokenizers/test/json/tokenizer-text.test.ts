import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTokenizerText } from '../../src/json/tokenizer-text.ts';
import { isPacked } from '../../src/models/merge-list.ts';
import { hashOf } from '../../src/unit-table.ts';

/** What `JSON.parse` would give: maps as objects, packed merges as pairs. */
function plain(value: unknown): unknown {
  const model = (value as { model?: Record<string, unknown> } | null)?.model;
  const { vocab, merges } = model ?? {};
  if (vocab instanceof Map) model!.vocab = Object.fromEntries(vocab);
  if (isPacked(merges)) {
    model!.merges = Array.from({ length: merges.length }, (_, rank) => merges.at(rank));
  }
  return value;
}

const isCut = (text: string) => {
  const { model } = parseTokenizerText(text) as { model: Record<string, unknown> };
  return [model.vocab instanceof Map, isPacked(model.merges)];
};

describe('parseTokenizerText', () => {
  const token = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '😀', '\ud83d', ' '),
      maxLength: 20,
    }),
    fc.constantFrom('', '__proto__', '"merges": [', 'merges', 'vocab'),
  );

  it('gives the value of JSON.parse', () => {
    const vocabulary = fc.dictionary(token, fc.nat(2 ** 31 - 1), {
      minKeys: 1,
      noNullPrototype: true,
    });
    const merges = fc.array(fc.tuple(token, token), { minLength: 1 });
    fc.assert(
      fc.property(vocabulary, merges, fc.constantFrom(0, 2), (vocab, pairs, indent) => {
        const file = { a: 'merges', model: { type: 'BPE', vocab, merges: pairs }, z: [1] };
        const text = JSON.stringify(file, undefined, indent);
        expect(isCut(text)).toEqual([true, true]);
        expect(plain(parseTokenizerText(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '{"model":{"merges":[["a","b"]],"vocab":{"a":0}}}',
    '{"model":{"vocab":{"a":0,"b":1.5},"merges":[["a","b"]]}}',
    '{"model":{"vocab":{"a":-0},"merges":["a b"]}}',
    '{"model":{"vocab":{"a":2147483648},"merges":[]}}',
    '{"model":{"vocab":{},"merges":[["a"]]}}',
    '{"model":{"vocab":{"a":{"b":0}},"merges":[["a","b","c"]]}}',
    '{"model":{"vocab":{"a":1e3},"merges":[["a",1]]}}',
    '{"model":{"vocab":{"a":0},"vocab":{"b":0}}}',
    '{"model":{"vocab":[["a",0]],"merges":null}}',
    '{"other":{"vocab":{"a":0},"merges":[["a","b"]]},"model":{"type":"x"}}',
    '{"other":{"merges":[["a","b"]]},"model":{"merges":[["c","d"]]}}',
    '[{"merges":[["a","b"]]}]',
    '{"model":["vocab","merges"]}',
    '"text"',
    'null',
  ])('gives the value of JSON.parse where a part is another: %s', (text) => {
    expect(plain(parseTokenizerText(text))).toEqual(JSON.parse(text));
  });

  it.each([
    '',
    '{"model":{"vocab":{"a":0}',
    '{"model":{"vocab":{"a":01}}}',
    '{"model":{"vocab":{"a":0,}}}',
    '{"model":{"vocab":{"\\x":0}}}',
    '{"model":{"vocab":{"a\n":0}}}',
    '{"model":{"merges":[["a","b"],]}}',
    '{"model":{"merges":[["a","b"]',
    '{"model":{"merges":[["a","b',
    '{"model":{"merges":[["a","\\u12"]]}}',
    '{"model":{"merges":[["a","b"]]}},',
  ])('refuses what JSON.parse refuses: %s', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(() => parseTokenizerText(text)).toThrow(SyntaxError);
  });
});

describe('packed merges', () => {
  /** The ids of merges that are read from a text. */
  function idsOf(tokens: readonly string[], merges: readonly [string, string][]): number[] {
    const text = JSON.stringify({ model: { merges } });
    const packed = (parseTokenizerText(text) as { model: { merges: unknown } }).model.merges;
    if (!isPacked(packed)) throw new Error('not packed');
    return [...packed.idsIn(new Map(tokens.map((each, id) => [each, id])), tokens)];
  }

  it('find their tokens, written with escapes or not, and miss what is none', () => {
    const tokens = ['a', '\n', '', 'é"', '\\n'];
    const merges: [string, string][] = [
      ['a', '\n'],
      ['', 'é"'],
      ['\\n', 'b'],
      ['A', 'aa'],
    ];
    expect(idsOf(tokens, merges)).toEqual([0, 1, 2, 3, 4, -1, -1, -1]);
  });

  it('find tokens that were chosen to collide', () => {
    const tokens: string[] = [];
    for (let i = 0; tokens.length < 300; i++) {
      const text = i.toString(36);
      const hash = hashOf(text, 0, text.length);
      if (((hash ^ (hash >>> 15)) & 1023) === 7) tokens.push(text);
    }
    const merges = tokens.map((each): [string, string] => [each, `${each}!`]);
    expect(idsOf(tokens, merges)).toEqual(tokens.flatMap((_, id) => [id, -1]));
  });
});
