import { beforeAll, describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../src/components/index.ts';
import { createTokenizer, type PreTrainedTokenizer } from '../src/index.ts';
import truncations from './fixtures/truncation.json' with { type: 'json' };
import { REAL_FILES } from './support/real-files.ts';

let tokenizer: PreTrainedTokenizer;
beforeAll(() => {
  tokenizer = createTokenizer(readTokenizerJson(REAL_FILES['BERT uncased']!()), {
    pad_token: '[PAD]',
    model_input_names: ['input_ids', 'token_type_ids', 'attention_mask'],
  });
});

describe('truncation and padding', () => {
  it.each(truncations.map((each) => [JSON.stringify(each.options), each] as const))(
    'equal Python for %s',
    (_, { text, pair, options, windows }) => {
      const call = { ...options, ...(pair === null ? {} : { text_pair: pair }) } as object;
      const encoding = tokenizer.encode_plus(text, { ...call, offset_unit: 'code_point' });
      const got = [encoding, ...encoding.overflowing].map((window) => ({
        ids: window.ids,
        type_ids: window.type_ids,
        offsets: window.offsets,
        word_ids: window.word_ids,
        sequence_ids: window.sequence_ids,
        special_tokens_mask: window.special_tokens_mask,
        attention_mask: window.attention_mask,
      }));
      expect(got).toEqual(windows);
    },
  );

  it('refuse a stride that leaves nothing new', () => {
    expect(() => tokenizer('a b c d e f', { truncation: true, max_length: 5, stride: 3 })).toThrow(
      'stride is 3, but only 3 tokens of the text remain',
    );
  });
});

describe('a call', () => {
  const text = 'Größe 🙂 matters';

  it('gives offsets in UTF-16 units that slice the text, or in code points', () => {
    const { offset_mapping, input_ids } = tokenizer(text, { return_offsets_mapping: true });
    const slices = offset_mapping!.map(([start, end]) => text.slice(start, end));
    expect(slices).toEqual(['', 'Gr', 'ö', 'ße', '🙂', 'matters', '']);
    expect(offset_mapping!.at(-2)).toEqual([9, 16]);
    const counted = tokenizer(text, { return_offsets_mapping: true, offset_unit: 'code_point' });
    expect(counted.offset_mapping!.at(-2)).toEqual([8, 15]);
    expect(input_ids).toEqual(tokenizer.encode(text));
  });

  it('gives a row for each window and says which input it is of', () => {
    const long = 'one two three four five six';
    const batch = tokenizer([long, 'one'], {
      truncation: true,
      max_length: 5,
      stride: 1,
      padding: true,
      return_overflowing_tokens: true,
      return_offsets_mapping: true,
      return_length: true,
    });
    expect(batch.overflow_to_sample_mapping).toEqual([0, 0, 0, 1]);
    expect(batch.length).toEqual([5, 5, 5, 5]);
    const words = batch.offset_mapping!.map((row) =>
      row.map(([start, end]) => long.slice(start, end)).filter((word) => word !== ''),
    );
    expect(words).toEqual([
      ['one', 'two', 'three'],
      ['three', 'four', 'five'],
      ['five', 'six'],
      ['one'],
    ]);
    const single = tokenizer(long, { return_overflowing_tokens: true });
    expect(single.input_ids).toHaveLength(1);
  });

  it('takes words that were cut before, with their places', () => {
    const encoding = tokenizer.encode_plus(['Wolfeschlegel', 'lives'], {
      is_split_into_words: true,
    });
    expect(encoding.word_ids).toEqual([null, 0, 0, 0, 0, 1, null]);
    expect(encoding.word_to_tokens(1)).toEqual([encoding.length - 2, encoding.length - 1]);
    expect(encoding.word_to_chars(0)).toEqual([0, 13]);
    expect(() => tokenizer('a b', { is_split_into_words: true } as never)).toThrow(
      'wants a list of words',
    );
    expect(() => tokenizer([['a', 'b']] as never)).toThrow('for lists of words set');
  });
});

describe('an encoding', () => {
  it('finds tokens, words and places from each other', () => {
    const encoding = tokenizer.encode_plus('unaffable people', { text_pair: 'do it' });
    const { tokens } = encoding;
    const people = tokens.indexOf('people');
    expect(encoding.char_to_token(10)).toBe(people);
    expect(encoding.char_to_token(9)).toBeNull();
    expect(encoding.char_to_word(11)).toBe(1);
    expect(encoding.token_to_chars(people)).toEqual([10, 16]);
    expect(encoding.token_to_word(people)).toBe(1);
    expect(encoding.token_to_sequence(people)).toBe(0);
    expect(encoding.token_to_sequence(0)).toBeNull();
    expect(encoding.char_to_token(3, 1)).toBe(tokens.indexOf('it'));
    expect(encoding.word_to_tokens(0)).toEqual([1, people]);
    expect(encoding.word_to_chars(0)).toEqual([0, 9]);
    expect(encoding.word_to_tokens(7)).toBeNull();
    expect(encoding.n_sequences).toBe(2);
  });
});
