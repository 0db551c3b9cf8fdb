import { Linear, readWordVectors, tensor, type WordVectorOptions, WordVectorsError } from '@llm/nn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../support/values.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A binary file of two words of two numbers. */
function binary(separator = '\n'): Uint8Array {
  const words = ['king', 'königin'].map((word, i) => [
    ...bytes(`${word} `),
    ...new Uint8Array(new Float32Array([i + 0.5, -i]).buffer),
    ...bytes(separator),
  ]);
  return Uint8Array.from([...bytes('2 2\n'), ...words.flat()]);
}

describe('word vectors are read', () => {
  const files: [WordVectorOptions['format'], Uint8Array][] = [
    ['word2vec', bytes('2 2\nking 0.5 0\nkönigin 1.5 -1e0\n')],
    ['word2vec', bytes('2 2\r\nking 0.5 0 \r\nkönigin\t1.5 -1')],
    ['word2vec-binary', binary()],
    ['word2vec-binary', binary('')],
    ['glove', bytes('king 0.5 -0\nkönigin 1.5 -1\n\n')],
  ];
  it.each(files)('as %s', (format, file) => {
    const vectors = readWordVectors(file, { format });
    expect(vectors.words).toEqual(['king', 'königin']);
    expect(vectors.rowOf('königin')).toBe(1);
    expect(vectors.vectorOf('königin')).toEqual(new Float32Array([1.5, -1]));
    expect(vectors.vectorOf('queen')).toBeUndefined();
    expect(readWordVectors(file, { format, limit: 1 }).words).toEqual(['king']);
  });

  it('with spaces in words, as GloVe has them', () => {
    const vectors = readWordVectors(bytes('a 1 2\n. . . 3 4\n'), { format: 'glove' });
    expect(vectors.words).toEqual(['a', '. . .']);
    expect(vectors.vectorOf('. . .')).toEqual(new Float32Array([3, 4]));
  });

  it('into a frozen layer', () => {
    const vectors = readWordVectors(binary(), { format: 'word2vec-binary' });
    const layer = vectors.toEmbedding();
    expect([...valuesOf(layer.forward(tensor(new Int32Array([1, 0]))))]).toEqual([
      1.5, -1, 0.5, -0,
    ]);
    expect(layer.weight.trainable).toBe(false);
    expect(vectors.toEmbedding({ freeze: false }).weight.trainable).toBe(true);
    expect(new Linear(1, 1).weight.trainable).toBe(true);
  });

  it('with the first of two rows of one word', () => {
    expect(readWordVectors(bytes('a 1\na 2\n'), { format: 'glove' }).rowOf('a')).toBe(0);
  });

  it('with invalid UTF-8 where that is asked for', () => {
    const file = Uint8Array.from([0xff, ...bytes(' 1\n')]);
    expect(() => readWordVectors(file, { format: 'glove' })).toThrow('word 1 is invalid UTF-8');
    expect(readWordVectors(file, { format: 'glove', errors: 'replace' }).words).toEqual(['\ufffd']);
  });
});

describe('hostile files are refused', () => {
  const cases: [string, WordVectorOptions['format'], Uint8Array, string][] = [
    ['no header', 'word2vec', bytes('king 1 2\n'), 'wants a first line of two whole numbers'],
    ['an empty file', 'word2vec-binary', bytes(''), 'wants a first line'],
    ['an empty GloVe file', 'glove', bytes('\n'), 'holds no words'],
    [
      'more words than fit',
      'word2vec-binary',
      bytes('9007199254740991 300\nx'),
      'do not fit into the 1 bytes',
    ],
    ['more numbers than fit', 'word2vec', bytes('1 4000000000\nx 1'), 'do not fit'],
    ['a fraction of a word', 'word2vec', bytes('1.5 2\nx 1 2'), 'wants a first line'],
    ['a cut vector', 'word2vec-binary', binary().subarray(0, 20), 'do not fit'],
    ['no space after a word', 'word2vec-binary', bytes('1 1\nabcdefghij'), 'ends in word 1 of 1'],
    ['a cut list', 'word2vec', bytes('2 1\nlong-word 1\n'), 'ends after 1 of 2 words'],
    [
      'a short line',
      'glove',
      bytes('a 1 2\nb 1\n'),
      'word 2 wants a word and 2 numbers: got 2 fields',
    ],
    ['a word alone', 'glove', bytes('a\n'), 'word 1 wants a word and 1 numbers'],
    [
      'a text as a number',
      'glove',
      bytes('a 1\nb 0x10\n'),
      'number 1 of word 2 is no finite number',
    ],
    ['infinity', 'glove', bytes('a 1e999\n'), 'no finite number'],
    [
      'NaN',
      'word2vec-binary',
      Uint8Array.from([...bytes('1 1\na '), 0, 0, 0xc0, 0x7f]),
      'number 1 of word 1',
    ],
  ];
  it.each(cases)('%s', (_, format, file, message) => {
    expect(() => readWordVectors(file, { format })).toThrow(message);
    expect(() => readWordVectors(file, { format })).toThrow(WordVectorsError);
  });

  it('changed bytes never crash the reader otherwise', () => {
    const change = fc.tuple(fc.nat(60), fc.nat(255));
    const formats = fc.constantFrom(
      'word2vec' as const,
      'word2vec-binary' as const,
      'glove' as const,
    );
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 4 }),
        formats,
        fc.boolean(),
        (changes, format, isText) => {
          const file = isText ? bytes('2 2\nking 0.5 0\nqueen 1.5 -1\n') : binary();
          for (const [place, value] of changes) file[place % file.length] = value;
          try {
            const { words, values, width } = readWordVectors(file, { format });
            expect(values.length).toBe(words.length * width);
            expect(values.every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(WordVectorsError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('unknown options', () => {
    expect(() => readWordVectors(binary(), { format: 'fasttext' as never })).toThrow(
      "takes 'word2vec'",
    );
    expect(() => readWordVectors(binary(), { format: 'glove', limit: -1 })).toThrow('limit is -1');
    expect(() => readWordVectors(binary(), { format: 'glove', binary: true } as never)).toThrow(
      'binary',
    );
  });
});
