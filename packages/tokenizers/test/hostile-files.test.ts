import { openFiles } from '@llm/hub';
import { describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../src/components/index.ts';
import { AutoTokenizer, TokenizerFileError } from '../src/index.ts';
import { characterFile } from './support/characters.ts';
import type { AnyObject } from './support/files.ts';

const withModel = (model: AnyObject): AnyObject => ({ version: '1.0', added_tokens: [], model });
/** Settings of a WordPiece besides its vocabulary. */
const WORD_PIECE = {
  unk_token: 'a',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
};
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

  it.each<[string, AnyObject, string]>([
    [
      'an id of 2^32 in the vocabulary',
      withModel({ type: 'BPE', vocab: { a: 2 ** 32 }, merges: [] }),
      'tokenizer.json: model.vocab: the id of "a" is 4294967296',
    ],
    [
      'an id that is text',
      withModel({ type: 'WordPiece', ...WORD_PIECE, vocab: { a: '1' } }),
      'tokenizer.json: model.vocab: the id of "a" is "1"',
    ],
    [
      'an added token whose id is 2^32',
      { ...characterFile({}), added_tokens: [{ id: 2 ** 32, content: 'x' }] },
      'tokenizer.json: added_tokens[0].id: got 4294967296',
    ],
    [
      'two added tokens of one id',
      {
        ...characterFile({}),
        added_tokens: [
          { id: 30, content: 'x' },
          { id: 30, content: 'y' },
        ],
      },
      'tokenizer.json: added_tokens: "y" has id 30, but its place in the vocabulary is 31',
    ],
    [
      'an added token that is a number',
      { ...characterFile({}), added_tokens: [7] },
      'tokenizer.json: added_tokens[0]: got 7, wants an object',
    ],
    [
      'a merge of an absent token',
      withModel({ type: 'BPE', vocab: { a: 0 }, merges: [['a', 'b']] }),
      'tokenizer.json: model: BPE: merge 0 joins "a" and "b", but "b" is not in the vocabulary',
    ],
    [
      'a merge that makes an absent token',
      withModel({ type: 'BPE', vocab: { a: 0 }, merges: ['a a'] }),
      'but "aa" is not in the vocabulary',
    ],
    [
      'merges that are an object',
      withModel({ type: 'BPE', vocab: {}, merges: {} }),
      'tokenizer.json: model.merges: got {}, wants a list',
    ],
    [
      'a special token of 2^32',
      characterFile({
        post_processor: { type: 'BertProcessing', sep: ['a', 2 ** 32], cls: ['a', 1] },
      }),
      'tokenizer.json: post_processor.sep: got ["a",4294967296]',
    ],
    [
      'normalizers that are no list',
      characterFile({ normalizer: { type: 'Sequence', normalizers: 1 } }),
      'tokenizer.json: normalizer.normalizers: got 1, wants a list',
    ],
    ['no object', [] as AnyObject, 'tokenizer.json: got [], wants an object'],
  ])('is refused with its place in the file: %s', (_, file, message) => {
    expect(() => readTokenizerJson(file)).toThrow(TokenizerFileError);
    expect(() => readTokenizerJson(file)).toThrow(message);
  });

  it.each(['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'])(
    'is refused if a %s is nested deeply, or holds itself',
    async (entry) => {
      const parts = {
        normalizer: 'normalizers',
        pre_tokenizer: 'pretokenizers',
        post_processor: 'processors',
        decoder: 'decoders',
      }[entry]!;
      let deep: AnyObject = { type: 'Sequence', [parts]: [] };
      for (let depth = 0; depth < 32; depth++) deep = { type: 'Sequence', [parts]: [deep] };
      expect(readTokenizerJson(characterFile({ [entry]: deep })).encode('a').length).toBe(1);
      for (let depth = 0; depth < 50_000; depth++) deep = { type: 'Sequence', [parts]: [deep] };
      const cyclic: AnyObject = { type: 'Sequence', [parts]: [] };
      cyclic[parts].push(cyclic);
      for (const component of [deep, cyclic]) {
        const file = characterFile({ [entry]: component });
        const message = `tokenizer.json: ${entry}.${parts}[0].${parts}[0]`;
        expect(() => readTokenizerJson(file)).toThrow(TokenizerFileError);
        expect(() => readTokenizerJson(file)).toThrow(message);
        await expect(AutoTokenizer.from_pretrained(file)).rejects.toThrow('at most 32');
      }
    },
  );

  it.each<[string, Record<string, string>, string]>([
    ['cut short', { 'tokenizer.json': '{"model": ' }, 'tokenizer.json: not valid JSON'],
    ['no JSON', { 'tokenizer.json': '{"model":\n  {]}' }, 'line 2, column 4'],
    ['deep', { 'tokenizer.json': '['.repeat(100_000) }, 'tokenizer.json: '],
    [
      'lists in lists',
      { 'tokenizer.json': '['.repeat(100_000) + ']'.repeat(100_000) },
      'tokenizer.json: got a list, wants an object',
    ],
    ['a list', { 'tokenizer.json': '[]' }, 'tokenizer.json: got [], wants an object'],
    ['malformed beside it', { 'tokenizer_config.json': '{,}' }, 'tokenizer_config.json: not valid'],
    [
      'beside it a list',
      { 'special_tokens_map.json': '[]' },
      'special_tokens_map.json: got [], wants an object',
    ],
    [
      'a side that is none',
      { 'tokenizer_config.json': '{"padding_side": "up"}' },
      'tokenizer_config.json: padding_side: got "up"',
    ],
    [
      'a length that is text',
      { 'tokenizer_config.json': '{"model_max_length": "x"}' },
      'tokenizer_config.json: model_max_length: got "x"',
    ],
    [
      'names that are a text',
      { 'tokenizer_config.json': '{"model_input_names": "input_ids"}' },
      'tokenizer_config.json: model_input_names: got "input_ids", wants a list of names',
    ],
    [
      'a special token that is a number',
      { 'tokenizer_config.json': '{"pad_token": 5}' },
      'tokenizer_config.json: pad_token: got 5',
    ],
  ])('is refused as text from a folder: %s', async (_, files, message) => {
    const source = openFiles({ 'tokenizer.json': JSON.stringify(characterFile({})), ...files });
    const loading = AutoTokenizer.from_pretrained(source);
    await expect(loading).rejects.toThrow(TokenizerFileError);
    await expect(loading).rejects.toThrow(message);
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
