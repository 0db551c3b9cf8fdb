import { beforeAll, describe, expect, it } from 'vitest';
import { readTokenizerJson, writeTokenizerJson } from '../src/components/index.ts';
import { type PreTrainedTokenizer, TokenizerFileError } from '../src/index.ts';
import { type AnyObject, editedFile } from './support/files.ts';
import { Oracle, ourDetails } from './support/oracle.ts';
import { HARD_TEXTS } from './support/texts.ts';
import { trainedTokenizer } from './support/trained.ts';

let tokenizer: PreTrainedTokenizer;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
});

describe('tokenizer.json', () => {
  it('comes back byte for byte, from here and from the Rust library', async () => {
    const written = writeTokenizerJson(tokenizer.backend);
    expect(writeTokenizerJson(readTokenizerJson(JSON.parse(written)))).toBe(written);
    expect(writeTokenizerJson(readTokenizerJson(written))).toBe(written);
    const { mkdtemp, readFile, rm } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const folder = await mkdtemp(join(tmpdir(), 'llm-tokenizers-'));
    try {
      new Oracle(written).raw.save(join(folder, 'tokenizer.json'), true);
      expect(written).toBe(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('may hold merges as strings, and no model type', () => {
    const file = editedFile(tokenizer, ({ model }) => {
      model.merges = model.merges.map((pair: string[]) => pair.join(' '));
      delete model.type;
      delete model.ignore_merges;
    });
    expect(writeTokenizerJson(readTokenizerJson(file))).toBe(writeTokenizerJson(tokenizer.backend));
  });

  it('may hold the words of JavaScript objects as tokens', () => {
    const file = JSON.parse(
      '{"model":{"type":"BPE","vocab":{"__proto__":0,"constructor":1,"a":2,"b":3},"merges":[]}}',
    );
    const { vocab } = readTokenizerJson(file).parts.model;
    expect([...vocab]).toEqual([
      ['__proto__', 0],
      ['constructor', 1],
      ['a', 2],
      ['b', 3],
    ]);
    expect(readTokenizerJson(file).tokenToId('toString')).toBeUndefined();
  });

  it.each<[string, (file: AnyObject) => void, string]>([
    [
      'another version',
      (f) => {
        f.version = '2.0';
      },
      'got version "2.0", wants "1.0"',
    ],
    [
      'an unknown entry',
      (f) => {
        f.extra = 1;
      },
      'the field "extra" is not supported',
    ],
    [
      'no model',
      (f) => {
        delete f.model;
      },
      'model: got nothing, wants an object',
    ],
    [
      'a model of another type',
      (f) => {
        f.model.type = 'Magic';
      },
      'the model "Magic" is not supported; supported are BPE, Unigram, WordLevel, WordPiece',
    ],
    [
      'a normalizer that is not supported',
      (f) => {
        f.normalizer = { type: 'Magic' };
      },
      'the normalizer "Magic" is not supported',
    ],
    [
      'a normalizer inside a sequence',
      (f) => {
        f.normalizer = { type: 'Sequence', normalizers: [{ type: 'Magic' }] };
      },
      'normalizer.normalizers[0]: the normalizer "Magic"',
    ],
    [
      'a pre-tokenizer that is not supported',
      (f) => {
        f.pre_tokenizer = { type: 'Magic' };
      },
      'the pre-tokenizer "Magic" is not supported',
    ],
    [
      'a post-processor that is not supported',
      (f) => {
        f.post_processor.type = 'Magic';
      },
      'the post-processor "Magic" is not supported',
    ],
    [
      'a decoder that is not supported',
      (f) => {
        f.decoder = { type: 'Magic' };
      },
      'the decoder "Magic" is not supported',
    ],
    [
      'a type from a prototype',
      (f) => {
        f.decoder = { type: 'constructor' };
      },
      'the decoder "constructor" is not supported',
    ],
    [
      'a decoder that is text',
      (f) => {
        f.decoder = 'ByteLevel';
      },
      'decoder: got "ByteLevel", wants an object',
    ],
    [
      'an unknown field of a component',
      (f) => {
        f.pre_tokenizer.magic = true;
      },
      'pre_tokenizer: the field "magic" is not supported',
    ],
    [
      'a field of the wrong type',
      (f) => {
        f.pre_tokenizer.use_regex = 1;
      },
      'pre_tokenizer.use_regex: got 1, wants true or false',
    ],
    [
      'dropout',
      (f) => {
        f.model.dropout = 1.5;
      },
      'model: BPE: dropout: got 1.5, wants a number from 0 to 1',
    ],
    [
      'an unknown token that is not there',
      (f) => {
        f.model.unk_token = '[UNK]';
      },
      'the unk_token "[UNK]" is not in the vocabulary',
    ],
    [
      'a vocabulary that is a list',
      (f) => {
        f.model.vocab = [];
      },
      'model.vocab: got [], wants an object',
    ],
    [
      'a negative id',
      (f) => {
        f.model.vocab.a = -1;
      },
      'the id of "a" is -1',
    ],
    [
      'a fractional id',
      (f) => {
        f.model.vocab.a = 1.5;
      },
      'the id of "a" is 1.5',
    ],
    [
      'a huge id',
      (f) => {
        f.model.vocab.a = 2 ** 31;
      },
      'the id of "a" is 2147483648',
    ],
    [
      'two tokens of one id',
      (f) => {
        f.model.vocab.a = f.model.vocab.b;
      },
      'share id',
    ],
    [
      'a merge of unknown tokens',
      (f) => {
        f.model.merges[3] = ['a', '🙂'];
      },
      'merge 3 joins "a" and "🙂", but "🙂" is not',
    ],
    [
      'a merge with an unknown result',
      (f) => {
        f.model.merges[3] = ['!', '"'];
      },
      'but "!\\"" is not in the vocabulary',
    ],
    [
      'a merge of three',
      (f) => {
        f.model.merges[3] = ['a', 'b', 'c'];
      },
      'merges[3]: got ["a","b","c"], wants two tokens',
    ],
    [
      'a merge without a space',
      (f) => {
        f.model.merges[3] = 'ab';
      },
      'merges[3]: got "ab", wants two tokens',
    ],
    [
      'a template with an unknown token',
      (f) => {
        f.post_processor.special_tokens = {};
      },
      'which is not among its special tokens',
    ],
    [
      'a template without its second text',
      (f) => {
        f.post_processor.pair = f.post_processor.single;
      },
      'must name both $A and $B',
    ],
    [
      'a template with a third text',
      (f) => {
        f.post_processor.single[1].Sequence.id = 'C';
      },
      'got the sequence "C"',
    ],
    [
      'template tokens without ids',
      (f) => {
        f.post_processor.special_tokens['<s>'].ids = [];
      },
      'lists of equal length',
    ],
    [
      'added tokens that are no list',
      (f) => {
        f.added_tokens = {};
      },
      'added_tokens: wants a list',
    ],
    [
      'an added token without text',
      (f) => {
        delete f.added_tokens[0].content;
      },
      'added_tokens[0].content: got nothing, wants a string',
    ],
    [
      'an added token with a foreign id',
      (f) => {
        f.added_tokens[0].id = 77;
      },
      '"<s>" has id 77, but its place in the vocabulary is 0',
    ],
    [
      'an added token after a gap',
      (f) => {
        f.added_tokens.push({ id: 9000, content: 'new', special: false });
      },
      '"new" has id 9000',
    ],
  ])('is refused with %s', (_, edit, message) => {
    expect(() => readTokenizerJson(editedFile(tokenizer, edit))).toThrow(message);
  });

  it('is refused if its text is no JSON', () => {
    const read = () => readTokenizerJson('{"model":', 'mine.json');
    expect(read).toThrow(TokenizerFileError);
    expect(read).toThrow(/^mine\.json: /);
  });

  it.each([null, 1, '"text"', []])('is refused if it is %j', (value) => {
    expect(() => readTokenizerJson(value)).toThrow('tokenizer.json: got');
  });
});

describe('added tokens', () => {
  /** Tokens with each property, and texts around them. */
  const added = [
    { content: '[word]', single_word: true },
    { content: 'qux', single_word: true, normalized: false },
    { content: '<l>', lstrip: true },
    { content: '<r>', rstrip: true, normalized: false },
    { content: '<lr>', lstrip: true, rstrip: true, special: true },
    { content: '<lrx' },
    { content: 'éa' },
    { content: 'Größe', normalized: true },
    { content: '  ' },
  ];
  const texts = [
    'Löqux qux quxnau [word][word] x[word] [word]x _qux qux_ quxé équx 1qux qux\u0301 🙂qux𝕳 🙂qux.',
    'a <l> b  <l>c<l>  <l>',
    'a <r> b<r>  c<r>\u0085\u2003<r>',
    ' <lr> <lr>  x <lrx <lr <l',
    'ééa e\u0301a Éa éaé',
    'die Größe, Gro\u0308\u00dfe',
    '\n  <l>    <r>  ',
    ...HARD_TEXTS,
  ];

  it.each([
    null,
    { type: 'NFD' },
    { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, { type: 'NFKC' }] },
  ])('match as in the Rust library, with the normalizer %j', async (normalizer) => {
    const file = editedFile(tokenizer, (f) => {
      f.normalizer = normalizer;
      f.added_tokens.push(
        ...added.map((token, index) => ({
          id: tokenizer.total_size + index,
          special: false,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: !token.special,
          ...token,
        })),
      );
    });
    const ours = readTokenizerJson(file);
    const rust = new Oracle(JSON.stringify(file));
    for (const text of texts) {
      const { ids } = ours.encode(text);
      const details = ourDetails(ours.encode(text, text, { places: 'code_point' }));
      expect(details, text).toEqual(await rust.encodeFully(text, text));
      expect(ids, text).toEqual(await rust.encode(text));
      expect(ours.decode(ids, true), text).toBe(await rust.decode(ids, true));
    }
  });
});
