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

/** The unigram as T5 has it. */
const t5 = (): AnyObject => JSON.parse(fixture('unigram.tokenizer.json'));

/** Its pieces in XLM-R's order, between XLM-R's other components. */
function xlmRoberta(): AnyObject {
  const file = t5();
  const tokens = ['<s>', '<pad>', '</s>', '<unk>'];
  const pieces = file.model.vocab.filter(([piece]: [string, number]) => !tokens.includes(piece));
  const vocab = [...tokens.map((token) => [token, 0]), ...pieces, ['<mask>', 0]];
  const mark = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const input = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const [, , end] = tokens.map(mark);
  return {
    ...file,
    added_tokens: [
      ...tokens.map((token, id) => special(id, token)),
      { ...special(vocab.length - 1, '<mask>'), lstrip: true },
    ],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        file.normalizer.normalizers[0],
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      ],
    },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, file.decoder] },
    post_processor: {
      type: 'TemplateProcessing',
      single: [mark('<s>'), input('A'), end],
      pair: [mark('<s>'), input('A'), end, end, input('B'), end],
      special_tokens: {
        '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] },
        '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
      },
    },
    model: { ...file.model, unk_id: 3, vocab },
  };
}

/** Real tokenizer.json files that the repository has, by name. */
export const REAL_FILES: Readonly<Record<string, () => AnyObject>> = {
  'GPT-2': gpt2,
  'BERT uncased': bert,
  'a unigram as T5 has it': t5,
  'a unigram as XLM-R has it': xlmRoberta,
};
