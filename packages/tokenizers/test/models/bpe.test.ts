import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../../src/components/index.ts';
import { Oracle } from '../support/oracle.ts';

const pieces = ['a', 'b', 'c', 'ab', 'bc', 'abc', 'aa', 'aaa', 'cab', 'é'];

/** A small file; tokens with the prefix or suffix are added for the settings that use them. */
function file(settings: object, extra: readonly string[] = []) {
  const tokens = [...new Set([...pieces, '<unk>', ...extra])];
  return {
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'bc'],
        ['a', 'a'],
        ['aa', 'a'],
        ['ab', 'c'],
        ['c', 'ab'],
      ],
      ...settings,
    },
  };
}

const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

describe('BPE', () => {
  it.each<[string, object, (readonly string[])?]>([
    ['no settings', {}],
    ['unk_token', { unk_token: '<unk>' }],
    ['fuse_unk', { unk_token: '<unk>', fuse_unk: true }],
    ['ignore_merges', { ignore_merges: true }],
    ['byte_fallback', { byte_fallback: true, unk_token: '<unk>' }, bytes],
    [
      'byte_fallback with bytes missing',
      { byte_fallback: true, unk_token: '<unk>', fuse_unk: true },
      bytes.slice(0, 0xe3),
    ],
    [
      'continuing_subword_prefix',
      {
        continuing_subword_prefix: '##',
        merges: [
          ['a', '##b'],
          ['##b', '##c'],
          ['##b', '##bc'],
        ],
      },
      ['##a', '##b', '##c', 'ab', '##bc', '##bbc'],
    ],
    [
      'end_of_word_suffix',
      {
        end_of_word_suffix: '</w>',
        unk_token: '<unk>',
        merges: [
          ['a', 'b</w>'],
          ['a', 'a'],
        ],
      },
      ['a</w>', 'b</w>', 'ab</w>'],
    ],
  ])('tokenizes as the Rust library does with %s', async (_, settings, extra) => {
    const json = file(settings, extra);
    const ours = readTokenizerJson(json);
    const rust = new Oracle(JSON.stringify({ version: '1.0', added_tokens: [], ...json }));
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'a', 'é', 'x', '🙂', ' '),
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const expected = await rust.encode(value);
        expect(ours.encode(value).ids).toEqual(expected);
        expect(ours.encode(value).ids).toEqual(expected); // from the cache
      }),
      { numRuns: 200 },
    );
  });
});
