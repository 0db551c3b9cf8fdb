import { readFileSync } from 'node:fs';
import { openFiles } from '@llm/hub';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadGguf } from '../../src/formats/load-format.ts';
import { convertMarian } from '../../src/formats/marian.ts';
import { convertSentencePiece } from '../../src/formats/sentencepiece.ts';
import { readSentencePieceModel } from '../../src/formats/sentencepiece-model.ts';
import { sentencePieceStyle } from '../../src/formats/sentencepiece-styles.ts';
import { readTiktoken } from '../../src/formats/tiktoken.ts';
import { readVocabMerges } from '../../src/formats/vocab-merges.ts';
import { readVocabTxt } from '../../src/formats/vocab-txt.ts';
import { TokenizerFileError } from '../../src/index.ts';

const bytes = (name: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url));

/** True if `run` returns, or throws the error of files. */
async function typed(run: () => unknown): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    return error instanceof TokenizerFileError;
  }
}

/** A file with one byte changed, or cut off. */
const damaged = (file: Uint8Array) =>
  fc.tuple(fc.nat(file.length - 1), fc.nat(255), fc.boolean()).map(([at, byte, cut]) => {
    const copy = file.slice(0, cut ? at : file.length);
    if (!cut) copy[at] = byte;
    return copy;
  });

describe('damaged files are refused by a typed error', () => {
  it('SentencePiece', async () => {
    const property = fc.asyncProperty(damaged(bytes('llama.model')), (file) =>
      typed(() => convertSentencePiece(readSentencePieceModel(file, 'm'), 'llama', 'm')),
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('GGUF', async () => {
    const property = fc.asyncProperty(damaged(bytes('gpt2.gguf')), (file) =>
      typed(() => loadGguf(openFiles({ 'm.gguf': file }), 'm.gguf')),
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it.each<[string, () => unknown, string]>([
    ['no protobuf', () => readSentencePieceModel(new Uint8Array([7]), 'm'), 'm: byte 1'],
    ['an empty model', () => readSentencePieceModel(new Uint8Array(), 'm'), 'holds no pieces'],
    [
      'a number without end',
      () => readSentencePieceModel(new Uint8Array(20).fill(255), 'm'),
      '64 bits',
    ],
    ['an unknown family', () => sentencePieceStyle('FooTokenizer', 'm'), 'FooTokenizer'],
    ['no base64', () => readTiktoken('a b\n', 'r'), 'r: line 1'],
    ['a rank twice', () => readTiktoken('YQ== 0\nYg== 0\n', 'r'), 'r: line 2'],
    ['a huge token', () => readTiktoken(`${'YWFh'.repeat(10_000)} 0\n`, 'r'), 'r: line 1'],
    ['no ranks', () => readTiktoken('', 'r'), 'holds no tokens'],
    ['a word twice', () => readVocabTxt('[CLS]\n[SEP]\na\na\n', 'v'), 'line 3 and in line 4'],
    ['no [CLS]', () => readVocabTxt('a\n', 'v'), '[CLS]'],
    ['a list', () => readVocabMerges([], ''), 'vocab.json'],
    ['a fraction', () => readVocabMerges({ a: 1.5 }, ''), 'got 1.5'],
    ['three tokens', () => readVocabMerges({ a: 0 }, '#version\na b c\n'), 'merges.txt: line 2'],
    [
      'gaps',
      () => convertMarian(readSentencePieceModel(bytes('source.spm'), 'm'), { a: 1 }, 'm'),
      'each of 0 to 0',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(TokenizerFileError);
    expect(run).toThrow(message);
  });

  it('keeps words that are names of every object', () => {
    const words = ['[CLS]', '[SEP]', '[UNK]', '__proto__', 'constructor'];
    const { file } = readVocabTxt(words.join('\n'), 'v');
    expect(Object.keys(file.model.vocab as object)).toEqual(words);
  });
});
