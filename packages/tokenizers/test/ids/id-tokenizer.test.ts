import { beforeAll, describe, expect, it } from 'vitest';
import { readTokenizerJson } from '../../src/components/index.ts';
import { DecodeStream, IdTokenizer, TokenizerFileError } from '../../src/ids/index.ts';
import { characterFile } from '../support/characters.ts';

const FIRST = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true };
const TEXTS = ['', 'a cab', ' a  b', 'Éa<s>b', 'a<s> b ', 'ab\ud83d', '🙂'];
const PROCESSORS = {
  none: null,
  template: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 1 } },
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [22, 1], tokens: ['<s>', ' '] } },
  },
  bert: { type: 'BertProcessing', sep: ['a', 2], cls: ['b', 3] },
  roberta: {
    type: 'RobertaProcessing',
    sep: ['a', 2],
    cls: ['b', 3],
    trim_offsets: true,
    add_prefix_space: false,
  },
  bytes: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
};

function fileWith(components: Record<string, unknown>) {
  const file = characterFile(components);
  const id = Object.keys((file.model as { vocab: object }).vocab).length;
  const flags = { single_word: false, lstrip: false, rstrip: true, normalized: false };
  return { ...file, added_tokens: [{ id, content: '<s>', special: true, ...flags }] };
}

describe('IdTokenizer', () => {
  const processors = Object.entries(PROCESSORS).flatMap(([name, processor]) =>
    [true, false].map((add_special_tokens) => ({ name, processor, add_special_tokens })),
  );

  it.each(processors)('gives the ids of Tokenizer: $name, $add_special_tokens', async (given) => {
    const { processor, add_special_tokens } = given;
    const alone = { type: 'Sequence', processors: [PROCESSORS.bytes, processor] };
    for (const post_processor of processor === null ? [null] : [processor, alone]) {
      for (const pre_tokenizer of [null, FIRST]) {
        const file = fileWith({ post_processor, pre_tokenizer });
        const whole = readTokenizerJson(file);
        const ids = await IdTokenizer.load(file);
        for (const text of TEXTS) {
          const wanted = whole.encode(text, undefined, { addSpecialTokens: add_special_tokens });
          expect(ids.encode(text, { add_special_tokens }), JSON.stringify(text)).toEqual(
            wanted.ids,
          );
        }
      }
    }
  });

  it('refuses what needs places that it does not know', async () => {
    const normalizer = { type: 'Strip', strip_left: true, strip_right: false };
    const loading = IdTokenizer.load(fileWith({ normalizer, pre_tokenizer: FIRST }));
    await expect(loading).rejects.toThrow(TokenizerFileError);
    await expect(loading).rejects.toThrow('use AutoTokenizer');
    const pretokenizers = [{ type: 'WhitespaceSplit' }, FIRST];
    await expect(
      IdTokenizer.load(fileWith({ pre_tokenizer: { type: 'Sequence', pretokenizers } })),
    ).rejects.toThrow('use AutoTokenizer');
  });

  describe('once loaded', () => {
    let tokenizer: IdTokenizer;
    beforeAll(async () => {
      tokenizer = await IdTokenizer.load(fileWith({ decoder: { type: 'Fuse' } }));
    });

    it('decodes, with and without special tokens, at once and id by id', () => {
      const ids = tokenizer.encode('ab<s>c');
      expect(tokenizer.decode(ids)).toBe('ab<s>c');
      expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe('abc');
      expect(tokenizer.token_to_id('<s>')).toBe(ids[2]);
      expect(tokenizer.id_to_token(ids[2]!)).toBe('<s>');
      const stream = new DecodeStream((some) => tokenizer.decode(some));
      expect(ids.map((id) => stream.step(id))).toEqual(['a', 'b', '<s>', 'c']);
    });

    it('refuses unknown options and other values', () => {
      expect(() => tokenizer.encode('a', { truncation: true } as never)).toThrow(
        'IdTokenizer.encode: unknown option "truncation"',
      );
      expect(() => tokenizer.decode([1], { clean: true } as never)).toThrow(
        'IdTokenizer.decode: unknown option "clean"',
      );
      expect(() => tokenizer.encode(['a'] as never)).toThrow('got object, wants a string');
    });
  });
});
