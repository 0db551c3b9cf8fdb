import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingFileError, openFiles } from '@llm/hub';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import { AutoTokenizer, type PreTrainedTokenizer } from '../../src/index.ts';
import { HARD_TEXTS } from '../support/texts.ts';
import { trainedTokenizer } from '../support/trained.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
let tokenizer: PreTrainedTokenizer;
let files: Record<string, string>;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
  files = tokenizer.toFiles();
});
const load = (changed: Record<string, string>, options = {}) =>
  AutoTokenizer.from_pretrained(openFiles({ ...files, ...changed }), options);

describe('AutoTokenizer', () => {
  it('loads what was saved, here and in the Rust library', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llm-tokenizers-'));
    try {
      await tokenizer.save_pretrained(folder);
      expect((await readdir(folder)).sort()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
      const loaded = await AutoTokenizer.from_pretrained(folder);
      const rust = RustTokenizer.fromFile(join(folder, 'tokenizer.json'));
      for (const text of HARD_TEXTS) {
        const ids = tokenizer.encode(text);
        expect(loaded.encode(text)).toEqual(ids);
        expect((await rust.encode(text)).getIds()).toEqual(ids);
      }
      expect(loaded.pad_token_id).toBe(tokenizer.pad_token_id);
      expect(loaded.model_max_length).toBe(128);
      expect(loaded.toFiles()).toEqual(files);
      const config = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8'));
      expect(config).toEqual({
        bos_token: '<s>',
        eos_token: '</s>',
        pad_token: '<pad>',
        model_max_length: 128,
        model_input_names: ['input_ids', 'attention_mask'],
        padding_side: 'right',
        truncation_side: 'right',
        tokenizer_class: 'PreTrainedTokenizerFast',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads special tokens as objects, adds those that are missing, keeps other fields', async () => {
    const loaded = await load({
      'tokenizer_config.json': JSON.stringify({
        mask_token: { __type: 'AddedToken', content: '<mask>', lstrip: true, normalized: false },
        additional_special_tokens: ['<user>'],
        chat_template: '{{ x }}',
        model_max_length: 1e30,
      }),
      'special_tokens_map.json': '{"eos_token": "</s>"}',
    });
    expect(loaded.mask_token_id).toBe(1500);
    expect(loaded.token_to_id('<user>')).toBe(1501);
    expect(loaded.eos_token_id).toBe(1);
    expect([loaded.vocab_size, loaded.total_size]).toEqual([1500, 1502]);
    expect(loaded.tokenize('a <mask><user>')).toEqual(['a', ' <mask>', '<user>']);
    const config = JSON.parse(loaded.toFiles()['tokenizer_config.json']!);
    expect(config.chat_template).toBe('{{ x }}');
    expect('model_max_length' in config).toBe(false);
  });

  it('takes overrides, and the parsed file', async () => {
    const loaded = await load({}, { pad_token: '</s>', padding_side: 'left', model_max_length: 9 });
    expect([loaded.pad_token_id, loaded.padding_side, loaded.model_max_length]).toEqual([
      1,
      'left',
      9,
    ]);
    const parsed = await AutoTokenizer.from_pretrained(JSON.parse(files['tokenizer.json']!));
    expect(parsed.encode('Typ')).toEqual(tokenizer.encode('Typ'));
    await expect(load({}, { revison: 'main' })).rejects.toThrow('unknown option "revison"');
  });

  it('gives the options of the hub to the hub, and keeps none of them', async () => {
    const signal = new AbortController().signal;
    const loaded = await load({}, { token: 'secret', local_files_only: true, signal });
    expect(loaded.toFiles()).toEqual(files);
    await expect(load({}, { revision: 'main' })).rejects.toThrow('got a revision for a place');
    await expect(load({}, { local_files_only: 1 })).rejects.toThrow(TypeError);
    const parsed = JSON.parse(files['tokenizer.json']!);
    await expect(AutoTokenizer.from_pretrained(parsed, { token: 'secret' })).rejects.toThrow(
      'with a parsed file: unknown option "token"',
    );
  });

  it('looks for a repository in the cache that it is given, and nowhere else', async () => {
    const cache_dir = await mkdtemp(join(tmpdir(), 'llm-tokenizers-'));
    try {
      const snapshot = join(cache_dir, 'models--owner--name', 'snapshots', COMMIT);
      await mkdir(snapshot, { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(join(snapshot, name), text);
      const options = { cache_dir, local_files_only: true, revision: COMMIT };
      const loaded = await AutoTokenizer.from_pretrained('owner/name', options);
      expect(loaded.toFiles()).toEqual(files);
      const missing = AutoTokenizer.from_pretrained('owner/other', options);
      await expect(missing).rejects.toThrow('owner/other');
    } finally {
      await rm(cache_dir, { recursive: true });
    }
  });

  it('says what is missing or broken', async () => {
    const empty = openFiles({ 'config.json': '{}' }, 'a folder');
    await expect(AutoTokenizer.from_pretrained(empty)).rejects.toThrow(MissingFileError);
    await expect(AutoTokenizer.from_pretrained(empty)).rejects.toThrow('it holds config.json');
    await expect(load({ 'tokenizer_config.json': '[]' })).rejects.toThrow('wants an object');
    await expect(load({ 'tokenizer_config.json': '{"__proto__": {}}' })).rejects.toThrow(
      '__proto__',
    );
    await expect(load({ 'tokenizer_config.json': '{"pad_token": 5}' })).rejects.toThrow(
      'pad_token: got 5',
    );
    await expect(load({ 'tokenizer_config.json': '{"padding_side": "up"}' })).rejects.toThrow(
      'padding_side',
    );
    await expect(load({ 'tokenizer_config.json': '{"model_max_length": "x"}' })).rejects.toThrow(
      'model_max_length',
    );
  });
});
