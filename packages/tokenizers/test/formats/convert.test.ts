import { readFileSync } from 'node:fs';
import { bytesFile, type ModelSource, openFiles } from '@llm/hub';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { readTokenizerJson, writeTokenizerJson } from '../../src/components/index.ts';
import { loadGguf, loadOtherFormat } from '../../src/formats/load-format.ts';
import { convertSentencePiece } from '../../src/formats/sentencepiece.ts';
import { readSentencePieceModel } from '../../src/formats/sentencepiece-model.ts';
import { sentencePieceStyle } from '../../src/formats/sentencepiece-styles.ts';
import { readTiktoken } from '../../src/formats/tiktoken.ts';
import type { ConvertedTokenizer } from '../../src/formats/tokenizer-file.ts';
import { readVocabMerges } from '../../src/formats/vocab-merges.ts';
import { readVocabTxt } from '../../src/formats/vocab-txt.ts';
import { AutoTokenizer } from '../../src/index.ts';
import converted from '../fixtures/formats/converted.json' with { type: 'json' };
import type { AnyObject } from '../support/files.ts';

const bytes = (name: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url));
const text = (name: string): string => Buffer.from(bytes(name)).toString('utf8');

interface Case {
  name: string;
  style: string;
  settings: AnyObject;
  file?: AnyObject;
  texts?: string[];
  ids: number[][];
}
const cases = converted.cases as unknown as Case[];

function convert({ name, style, settings }: Case): ConvertedTokenizer {
  if (style === 'bert') return readVocabTxt(text(name), name, settings);
  if (style === 'tiktoken') return readTiktoken(text(name), name, settings);
  if (style === 'gpt2' || style === 'roberta') {
    return readVocabMerges(JSON.parse(text(name)), text('merges.txt'), { style, ...settings });
  }
  const model = readSentencePieceModel(bytes(`${name}.model`), `${name}.model`);
  return convertSentencePiece(model, sentencePieceStyle(style, name), name, settings);
}

/** The parts of a file that Python's converter makes too, normalization by its length. */
function comparable(file: AnyObject): AnyObject {
  const { normalizer, pre_tokenizer, decoder, model } = structuredClone(file);
  for (const part of normalizer?.normalizers ?? []) {
    if (typeof part.precompiled_charsmap === 'string') {
      part.precompiled_charsmap = part.precompiled_charsmap.length;
    }
  }
  return { normalizer, pre_tokenizer, decoder, model };
}

const titled = (wanted: (each: Case) => boolean) =>
  cases
    .filter(wanted)
    .map((each) => [each.name, each.style, JSON.stringify(each.settings), each] as const);

describe('other formats become what transformers makes of them', () => {
  it.each(titled(({ file }) => file !== undefined))('%s as %s %s', (_, style, __, each) => {
    const { file } = convert(each);
    const wanted = comparable(each.file!);
    if (style === 'tiktoken') {
      // Ours keeps special tokens in the vocabulary, since their ids may leave gaps.
      for (const [token, id] of Object.entries(each.settings.special_tokens)) {
        wanted.model.vocab[token] = id;
      }
    }
    expect(comparable(file)).toEqual(wanted);
    // Llama's and Gemma's class adds the template later, as add_bos_token wants it.
    if (!['llama', 'gemma'].includes(style)) {
      expect(file.post_processor).toEqual(each.file!.post_processor);
    }
  });

  it.each(titled(({ style }) => style !== 'marian'))(
    '%s as %s %s: ids',
    async (_, __, ___, each) => {
      const { file } = convert(each);
      const ours = readTokenizerJson(file);
      const rust = RustTokenizer.fromString(writeTokenizerJson(ours));
      for (const [index, input] of converted.texts.entries()) {
        const ids = (await rust.encode(input)).getIds();
        expect(ours.encode(input).ids).toEqual(ids);
        // Python's converter knows no special tokens but the control pieces, nor a template of Llama.
        if (each.style === 'tiktoken' || !/[<[]/u.test(input)) {
          const addSpecialTokens = !['llama', 'gemma'].includes(each.style);
          const plain = ours.encode(input, undefined, { addSpecialTokens }).ids;
          expect(plain).toEqual(each.ids[index]);
        }
      }
    },
  );
});

describe('AutoTokenizer takes what there is', () => {
  const from = (files: Record<string, string>) =>
    openFiles(Object.fromEntries(Object.entries(files).map(([to, name]) => [to, bytes(name)])));

  it('reads Marian as Python does', async () => {
    const each = cases.find(({ style }) => style === 'marian')!;
    const tokenizer = await AutoTokenizer.from_pretrained(
      from({
        'source.spm': 'source.spm',
        'target.spm': 'target.spm',
        'vocab.json': 'marian-vocab.json',
      }),
    );
    each.texts!.forEach((input, index) => {
      expect([input, tokenizer.encode(input)]).toEqual([input, each.ids[index]]);
    });
    expect(tokenizer.pad_token).toBe('<pad>');
  });

  it.each([
    [
      'spiece.model',
      { 'spiece.model': 'unigram.model' },
      { tokenizer_class: 'T5Tokenizer', extra_ids: 3 },
      't5',
    ],
    [
      'tokenizer.model',
      { 'tokenizer.model': 'llama.model' },
      { tokenizer_class: 'LlamaTokenizer' },
      'llama',
    ],
    ['vocab.txt', { 'vocab.txt': 'vocab.txt' }, {}, 'bert'],
    [
      'vocab.json',
      { 'vocab.json': 'vocab.json', 'merges.txt': 'merges.txt' },
      { tokenizer_class: 'RobertaTokenizer' },
      'roberta',
    ],
    ['a tiktoken file', { 'tokenizer.model': 'ranks.tiktoken' }, {}, 'tiktoken'],
  ] as const)('reads %s, and saves tokenizer.json', async (_, files, config, style) => {
    const source = from(files);
    const configured: ModelSource = {
      ...source,
      has: async (name) => name === 'tokenizer_config.json' || source.has(name),
      read: async (name) =>
        name === 'tokenizer_config.json'
          ? new TextEncoder().encode(JSON.stringify(config))
          : source.read(name),
    };
    const tokenizer = await AutoTokenizer.from_pretrained(configured);
    const each = cases.find((one) => one.style === style)!;
    const input = converted.texts[2]!;
    const special = !['llama', 'gemma'].includes(style);
    expect(tokenizer.encode(input, { add_special_tokens: special })).toEqual(each.ids[2]);
    const again = await AutoTokenizer.from_pretrained(openFiles(tokenizer.toFiles()));
    expect(again.encode(input)).toEqual(tokenizer.encode(input));
  });

  it('reads the tokenizer of a GGUF file', async () => {
    const files = from({ 'llama.gguf': 'llama.gguf', 'gpt2.gguf': 'gpt2.gguf' });
    const llama = await AutoTokenizer.from_pretrained(files, { gguf_file: 'llama.gguf' });
    const gpt2 = await AutoTokenizer.from_pretrained(files, { gguf_file: 'gpt2.gguf' });
    converted.texts.slice(0, 6).forEach((input, index) => {
      const idsOf = (style: string) => cases.find((each) => each.style === style)!.ids[index];
      expect(llama.encode(input, { add_special_tokens: false })).toEqual(idsOf('llama'));
      expect(gpt2.encode(input)).toEqual(idsOf('gpt2'));
    });
    expect([llama.bos_token, llama.encode('')]).toEqual(['<s>', [1]]);
    expect(gpt2.chat_template).toBe('{{ messages }}');
  });

  it('reads a GGUF file only as far as its metadata goes', async () => {
    const start = bytes('llama.gguf');
    const reads: number[] = [];
    const source: ModelSource = {
      ...from({ 'llama.gguf': 'llama.gguf' }),
      open: async () => ({
        ...bytesFile(start),
        size: 2 ** 40,
        readInto: async (target, position) => {
          reads.push(target.length);
          target.set(start, position);
        },
      }),
    };
    await loadGguf(source, 'llama.gguf');
    expect(reads).toEqual([2 ** 22]);
  });

  it('says what is there if nothing fits', async () => {
    await expect(AutoTokenizer.from_pretrained(openFiles({ 'x.txt': '' }))).rejects.toThrow(
      'x.txt',
    );
    expect(await loadOtherFormat(openFiles({}), {})).toBeUndefined();
  });
});
