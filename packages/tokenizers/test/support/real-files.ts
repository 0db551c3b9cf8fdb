import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BYTE_TO_CHARACTER } from '../../src/byte-alphabet.ts';
import type { AnyObject } from './files.ts';

/** A fixture's text; see tools/reference/tokenizer_files.py. */
function fixture(name: string): string {
  return gunzipSync(
    readFileSync(new URL(`../fixtures/real/${name}.gz`, import.meta.url)),
  ).toString();
}

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** GPT-2's tokenizer.json. Its ids are the visible bytes, the other bytes, and the merges in order. */
function gpt2(): AnyObject {
  const merges = fixture('gpt2.merges.txt')
    .split('\n')
    .map((line) => line.split(' '));
  const isVisible = (character: string) => character.charCodeAt(0) < 0x100;
  const alphabet = [
    ...BYTE_TO_CHARACTER.filter(isVisible),
    ...BYTE_TO_CHARACTER.filter((character) => !isVisible(character)),
  ];
  const tokens = [...alphabet, ...merges.map((pair) => pair.join('')), '<|endoftext|>'];
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    version: '1.0',
    added_tokens: [special(50256, '<|endoftext|>')],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** The tokenizer.json of BERT, base, uncased. */
function bert(): AnyObject {
  const tokens = fixture('bert-base-uncased.vocab.txt').split('\n');
  const marked = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  return {
    version: '1.0',
    added_tokens: marked
      .map((token) => special(tokens.indexOf(token), token))
      .sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 1 } },
        { SpecialToken: { id: '[SEP]', type_id: 1 } },
      ],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [101], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [102], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}

/** Real tokenizer.json files that the repository has, by name. */
export const REAL_FILES: Readonly<Record<string, () => AnyObject>> = {
  'GPT-2': gpt2,
  'BERT uncased': bert,
  'a unigram as T5 has it': () => JSON.parse(fixture('unigram.tokenizer.json')),
};
