import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeTokenizerJson } from '../../src/components/index.ts';
import { AutoTokenizer, type PreTrainedTokenizer } from '../../src/index.ts';
import { Oracle, sameUnicode } from '../support/oracle.ts';
import { anyText } from '../support/texts.ts';
import { trainedTokenizer } from '../support/trained.ts';

let tokenizer: PreTrainedTokenizer;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
});
const text = 'Der Typ ist nicht zuweisbar.';
const other = 'Eigenschaft fehlt';

describe('PreTrainedTokenizer', () => {
  it('is called as in Python', () => {
    const one = tokenizer(text);
    expect(Object.keys(one)).toEqual(['input_ids', 'attention_mask']);
    expect(one.input_ids).toEqual(tokenizer.encode(text));
    const both = tokenizer([text, other], { padding: true });
    const length = one.input_ids.length;
    expect(both.input_ids.map((ids) => ids.length)).toEqual([length, length]);
    const short = tokenizer.encode(other).length;
    expect(both.input_ids[1]?.slice(short)).toEqual(
      new Array(length - short).fill(tokenizer.pad_token_id),
    );
    expect(both.attention_mask?.[1]).toEqual([
      ...new Array(short).fill(1),
      ...new Array(length - short).fill(0),
    ]);
  });

  it('knows its tokens', () => {
    expect([tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token]).toEqual([
      '<s>',
      '</s>',
      '<pad>',
    ]);
    expect([tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id]).toEqual([
      0, 1, 2,
    ]);
    expect(tokenizer.mask_token_id).toBeUndefined();
    expect(tokenizer.all_special_ids).toEqual([0, 1, 2]);
    expect([tokenizer.vocab_size, tokenizer.total_size]).toEqual([1500, 1500]);
    expect(tokenizer.token_to_id('</s>')).toBe(1);
    expect(tokenizer.id_to_token(1)).toBe('</s>');
    expect(tokenizer.id_to_token(5000)).toBeUndefined();
    expect(tokenizer.get_vocab().get('Ġder')).toBe(tokenizer.token_to_id('Ġder'));
    expect(tokenizer.tokenize('der Typ').join('')).toBe('derĠTyp');
  });

  it('gives what is asked for and nothing else', () => {
    const all = tokenizer(text, {
      text_pair: other,
      return_attention_mask: false,
      return_token_type_ids: true,
      return_special_tokens_mask: true,
    });
    expect(Object.keys(all)).toEqual(['input_ids', 'token_type_ids', 'special_tokens_mask']);
    const first = tokenizer.encode(text).length;
    expect(all.token_type_ids).toEqual(all.input_ids.map((_, i) => (i < first ? 0 : 1)));
    const special = all.input_ids.map((id) => (id < 3 ? 1 : 0));
    expect(all.special_tokens_mask).toEqual(special);
  });

  it('truncates and pads as the Rust library does', async () => {
    const rust = new Oracle(writeTokenizerJson(tokenizer.backend)).raw;
    const strategies = {
      longest_first: 'LongestFirst',
      only_first: 'OnlyFirst',
      only_second: 'OnlySecond',
    } as const;
    const side = fc.constantFrom('left', 'right');
    await fc.assert(
      fc.asyncProperty(
        anyText.filter(sameUnicode),
        fc.option(anyText.filter(sameUnicode), { nil: undefined }),
        fc.integer({ min: 5, max: 20 }),
        fc.constantFrom(...(Object.keys(strategies) as (keyof typeof strategies)[])),
        side,
        side,
        async (a, b, max_length, truncation, truncation_side, padding_side) => {
          let theirs: number[] | undefined;
          // Whole texts first: the library's own encode stops at max_length tokens of each text, and
          // so misjudges which of two texts is the longer one.
          rust.disableTruncation();
          rust.disablePadding();
          const whole = { addSpecialTokens: false };
          const first = await rust.encode(a, null, whole);
          const second = b === undefined ? undefined : await rust.encode(b, null, whole);
          rust.setTruncation(max_length, {
            strategy: strategies[truncation] as never,
            direction: truncation_side,
          });
          rust.setPadding({
            maxLength: max_length,
            direction: padding_side,
            padId: 2,
            padToken: '<pad>',
            padToMultipleOf: 4,
          });
          try {
            theirs = rust.postProcess(first, second, true).getIds();
          } catch (error) {
            expect(String(error)).toContain('Truncation error');
          }
          const ours = () =>
            tokenizer.encode(a, {
              ...(b === undefined ? {} : { text_pair: b }),
              truncation,
              max_length,
              truncation_side,
              padding: 'max_length',
              padding_side,
              pad_to_multiple_of: 4,
            });
          if (theirs === undefined) expect(ours).toThrow(`truncation '${truncation}'`);
          else expect(ours()).toEqual(theirs);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('cuts to the length of the model where none is given', () => {
    expect(tokenizer('x y '.repeat(200), { truncation: true }).input_ids).toHaveLength(128);
    expect(tokenizer('x y '.repeat(200)).input_ids.length).toBeGreaterThan(128);
  });

  it('decodes', () => {
    const ids = tokenizer.encode(text);
    expect(tokenizer.decode(ids)).toBe(`<s>${text}</s>`);
    expect(tokenizer.batch_decode([ids, []], { skip_special_tokens: true })).toEqual([text, '']);
    const spaced = tokenizer.encode("a . b , it 's", { add_special_tokens: false });
    expect(tokenizer.decode(spaced, { clean_up_tokenization_spaces: true })).toBe("a. b, it's");
  });

  it.each<[object, string]>([
    [{ pading: true }, 'unknown option "pading"'],
    [{ return_tensors: 'pt' }, 'unknown option "return_tensors"'],
    [{ padding: 'longer' }, 'padding: got "longer", wants one of'],
    [{ truncation: 'first' }, 'truncation: got "first"'],
    [{ padding_side: 'top' }, 'padding_side: got "top"'],
    [{ max_length: -1 }, 'max_length: got -1'],
    [{ max_length: 1, truncation: true }, 'max_length is 1, but the special tokens alone are 2'],
    [{ pad_to_multiple_of: 8 }, 'pad_to_multiple_of without padding'],
    [{ truncation: 'only_second', max_length: 3 }, 'there is no text_pair'],
    [{ text_pair: ['x'] }, 'got one text and a text_pair of 1'],
  ])('refuses the options %j', (options, message) => {
    expect(() => tokenizer(text, options)).toThrow(message);
  });

  it('refuses what is no text', () => {
    expect(() => tokenizer(5 as never)).toThrow('got number, wants a string or a list of strings');
    expect(() => tokenizer([text, null as never])).toThrow('wants a string');
    expect(() => tokenizer([text], { text_pair: [other, other] })).toThrow(
      'got 1 texts and a text_pair of 2',
    );
    expect(() => tokenizer.decode([1], { skip: true } as object)).toThrow('unknown option "skip"');
  });

  it('needs a pad token for padding', async () => {
    const bare = await AutoTokenizer.from_pretrained(
      JSON.parse(writeTokenizerJson(tokenizer.backend)),
    );
    expect(() => bare([text], { padding: true })).toThrow('needs a pad token');
    expect(() => bare([text], { padding: 'max_length' })).toThrow('needs a pad token');
    expect(tokenizer([text], { padding: 'max_length' }).input_ids[0]).toHaveLength(128);
  });
});
