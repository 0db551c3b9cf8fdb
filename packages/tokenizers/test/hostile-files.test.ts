import { describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../src/components/index.ts';
import { TokenizerFileError } from '../src/index.ts';
import { characterFile } from './support/characters.ts';
import type { AnyObject } from './support/files.ts';

const withModel = (model: AnyObject): AnyObject => ({ version: '1.0', added_tokens: [], model });
const unigram = (settings: AnyObject): AnyObject =>
  withModel({ type: 'Unigram', unk_id: 0, vocab: [['<unk>', 0]], ...settings });
const charsmap = (bytes: number[]): AnyObject =>
  characterFile({
    normalizer: {
      type: 'Precompiled',
      precompiled_charsmap: Buffer.from(bytes).toString('base64'),
    },
  });
const split = (pattern: unknown): AnyObject =>
  characterFile({
    pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false },
  });

describe('a file from a stranger', () => {
  it.each<[string, AnyObject, string]>([
    ['a score that is text', unigram({ vocab: [['a', 'b']] }), 'model.vocab[0]: got ["a","b"]'],
    ['an unk_id beyond the vocabulary', unigram({ unk_id: 7 }), 'model: Unigram: unk_id is 7'],
    ['an unk_id of 2^32', unigram({ unk_id: 2 ** 32 }), 'model.unk_id: got 4294967296'],
    [
      'two words of one id',
      withModel({ type: 'WordLevel', vocab: { a: 1, b: 1 }, unk_token: 'a' }),
      'model: WordLevel: the tokens "a" and "b" share id 1',
    ],
    [
      'a WordPiece without its prefix',
      withModel({ type: 'WordPiece', vocab: {}, unk_token: 'a' }),
      'model.continuing_subword_prefix: got nothing, wants a string',
    ],
    ['a charsmap that is cut short', charsmap([1, 2]), 'normalizer: precompiled_charsmap: has 2'],
    [
      'a charsmap whose trie is longer than it',
      charsmap([255, 255, 255, 127]),
      'its trie wants 2147483651',
    ],
    ['a charsmap of broken text', charsmap([0, 0, 0, 0, 255]), 'the replacements are no UTF-8'],
    [
      'a charsmap that is no base64',
      characterFile({ normalizer: { type: 'Precompiled', precompiled_charsmap: '%' } }),
      'normalizer: precompiled_charsmap: is no base64',
    ],
    ['a pattern that is malformed', split({ Regex: '(a' }), 'pre_tokenizer: pattern "(a"'],
    ['a pattern that looks back', split({ Regex: '(?<=ab)c' }), 'more than one character'],
    ['a pattern of no kind', split({ Glob: '*' }), 'pre_tokenizer.pattern: got {"Glob":"*"}'],
    ['no pattern', split(undefined), 'pre_tokenizer.pattern: got nothing'],
    [
      'a behaviour that is not known',
      characterFile({ pre_tokenizer: { type: 'Punctuation', behavior: 'Loud' } }),
      'pre_tokenizer.behavior: got "Loud", wants one of "Removed"',
    ],
    [
      'pieces of no length',
      characterFile({ pre_tokenizer: { type: 'FixedLength', length: 0 } }),
      'FixedLength: length: got 0',
    ],
    [
      'a delimiter of two characters',
      characterFile({ pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: 'ab' } }),
      'pre_tokenizer.delimiter: got "ab", wants one character',
    ],
    [
      'a Metaspace that contradicts itself',
      characterFile({
        pre_tokenizer: {
          type: 'Metaspace',
          replacement: '▁',
          add_prefix_space: false,
          prepend_scheme: 'first',
        },
      }),
      'pre_tokenizer.add_prefix_space: got false',
    ],
    [
      'a processor whose token has no id',
      characterFile({ post_processor: { type: 'BertProcessing', sep: ['a'], cls: ['a', 1] } }),
      'post_processor.sep: got ["a"], wants a token and its id',
    ],
  ])('is refused with %s', (_, file, message) => {
    expect(() => readTokenizerJson(file)).toThrow(TokenizerFileError);
    expect(() => readTokenizerJson(file)).toThrow(message);
  });

  it('may point anywhere inside a charsmap', () => {
    const units = [0xffffffff, 0x00000161, 0xfffffd61];
    const bytes = new Uint8Array(Uint32Array.of(units.length * 4, ...units).buffer);
    const tokenizer = readTokenizerJson(charsmap([...bytes, 97, 0]));
    expect(tokenizer.encode('abc').length).toBe(3);
  });

  it('may hold a word of a million letters', () => {
    const pieces = readTokenizerJson(
      unigram({
        vocab: [
          ['<unk>', 0],
          ['a', -1],
          ['aa', -1.5],
        ],
      }),
    );
    expect(pieces.encode('a'.repeat(1_000_000)).length).toBe(500_000);
    const words = readTokenizerJson(
      withModel({
        type: 'WordPiece',
        vocab: { '[UNK]': 0, a: 1, '##a': 2 },
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 2 ** 32 - 1,
      }),
    );
    expect(words.encode('a'.repeat(1_000_000)).length).toBe(1_000_000);
  });
});
