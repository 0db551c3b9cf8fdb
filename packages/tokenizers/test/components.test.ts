import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sized } from '../../../tools/testing/full.ts';
import { readTokenizerJson } from '../src/components/index.ts';
import { characterFile } from './support/characters.ts';
import type { AnyObject } from './support/files.ts';
import { Oracle, ourDetails } from './support/oracle.ts';
import { HARD_TEXTS, wordyText } from './support/texts.ts';

const sequence = (...normalizers: object[]) => ({ type: 'Sequence', normalizers });
const preSequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const split = (pattern: object, behavior: string, invert = false) => ({
  type: 'Split',
  pattern,
  behavior,
  invert,
});
const bert = (settings: object = {}) => ({
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
  ...settings,
});
const metaspace = (prepend_scheme: string, splits = true) => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme,
  split: splits,
});
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

const components: [string, AnyObject][] = [
  ...['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt', 'ByteLevel'].map(
    (type): [string, AnyObject] => [`normalizer ${type}`, { normalizer: { type } }],
  ),
  ['Strip', { normalizer: { type: 'Strip', strip_left: true, strip_right: true } }],
  ['Strip left', { normalizer: { type: 'Strip', strip_left: true, strip_right: false } }],
  ['Strip right', { normalizer: { type: 'Strip', strip_left: false, strip_right: true } }],
  ['Prepend', { normalizer: { type: 'Prepend', prepend: '▁x' } }],
  ['Replace text', { normalizer: { type: 'Replace', pattern: { String: 'e' }, content: '▁é' } }],
  [
    'Replace pattern',
    { normalizer: { type: 'Replace', pattern: { Regex: ' {2,}|\\p{Lu}' }, content: '▁' } },
  ],
  [
    'Replace by nothing',
    { normalizer: { type: 'Replace', pattern: { String: 'a' }, content: '' } },
  ],
  ['Bert', { normalizer: bert() }],
  ['Bert, cased', { normalizer: bert({ lowercase: false }) }],
  ['Bert, accents kept', { normalizer: bert({ strip_accents: false, clean_text: false }) }],
  [
    'Llama 2',
    {
      normalizer: sequence(
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ),
    },
  ],
  [
    'normalizers one after the other',
    {
      normalizer: sequence(
        { type: 'NFKD' },
        { type: 'StripAccents' },
        { type: 'Lowercase' },
        { type: 'NFC' },
        { type: 'Strip', strip_left: true, strip_right: true },
      ),
      pre_tokenizer: metaspace('first'),
    },
  ],
  ...['BertPreTokenizer', 'Whitespace', 'WhitespaceSplit', 'UnicodeScripts'].map(
    (type): [string, AnyObject] => [type, { pre_tokenizer: { type } }],
  ),
  ...[true, false].flatMap((one): [string, AnyObject][] => [
    [`ByteLevel ${one}`, { pre_tokenizer: byteLevel(one, true) }],
    [`ByteLevel ${one} without pattern`, { pre_tokenizer: byteLevel(one, false) }],
    [`Digits ${one}`, { pre_tokenizer: { type: 'Digits', individual_digits: one } }],
    ...['first', 'never', 'always'].map((scheme): [string, AnyObject] => [
      `Metaspace ${scheme} ${one}`,
      { pre_tokenizer: metaspace(scheme, one) },
    ]),
  ]),
  ...behaviors.flatMap((behavior): [string, AnyObject][] => [
    [`Punctuation ${behavior}`, { pre_tokenizer: { type: 'Punctuation', behavior } }],
    ...[false, true].map((invert): [string, AnyObject] => [
      `Split ${behavior} ${invert}`,
      { pre_tokenizer: split({ Regex: '\\s+|\\p{P}' }, behavior, invert) },
    ]),
    [`Split text ${behavior}`, { pre_tokenizer: split({ String: 'l' }, behavior) }],
  ]),
  ['CharDelimiterSplit', { pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: 'a' } }],
  ['FixedLength', { pre_tokenizer: { type: 'FixedLength', length: 3 } }],
  [
    'pre-tokenizers one after the other',
    {
      pre_tokenizer: preSequence(
        { type: 'WhitespaceSplit' },
        { type: 'Digits', individual_digits: true },
        metaspace('first'),
      ),
    },
  ],
  [
    'Qwen',
    {
      normalizer: { type: 'NFC' },
      pre_tokenizer: preSequence(
        split({ Regex: '\\p{N}|[^\\s\\p{L}\\p{N}]+|\\s*\\p{L}+|\\s+(?!\\S)|\\s+' }, 'Isolated'),
        byteLevel(false, false),
      ),
      post_processor: { ...byteLevel(false, false), trim_offsets: true },
    },
  ],
  ...[true, false].map((flag): [string, AnyObject] => [
    `RobertaProcessing ${flag}`,
    {
      pre_tokenizer: byteLevel(flag, true),
      post_processor: {
        type: 'RobertaProcessing',
        sep: ['</s>', 2],
        cls: ['<s>', 1],
        trim_offsets: true,
        add_prefix_space: flag,
      },
    },
  ]),
  [
    'BertProcessing',
    {
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 4] },
    },
  ],
];

function byteLevel(add_prefix_space: boolean, use_regex: boolean) {
  return { type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex };
}

describe('components', () => {
  it.each(components)('do what the Rust library does: %s', async (_, parts) => {
    const file = characterFile(parts);
    const ours = readTokenizerJson(file);
    const rust = new Oracle(JSON.stringify(file));
    const check = async (text: string, pair?: string) => {
      const details = ourDetails(ours.encode(text, pair, { places: 'code_point' }));
      expect(details, JSON.stringify(text)).toEqual(await rust.encodeFully(text, pair));
      const { ids } = ours.encode(text, pair);
      expect(ids, `ids only: ${JSON.stringify(text)}`).toEqual((details as { ids: number[] }).ids);
    };
    for (const text of HARD_TEXTS) await check(text);
    await fc.assert(fc.asyncProperty(wordyText, fc.option(wordyText, { nil: undefined }), check), {
      numRuns: sized(150, 5000),
    });
  });

  it.each(components)('come back as they were read: %s', (_, parts) => {
    const file = characterFile(parts);
    const { normalizer, preTokenizer, postProcessor } = readTokenizerJson(file).parts;
    expect(normalizer?.toJson()).toEqual(parts.normalizer);
    expect(preTokenizer?.toJson()).toEqual(parts.pre_tokenizer);
    expect(postProcessor?.toJson()).toEqual(parts.post_processor);
  });
});
