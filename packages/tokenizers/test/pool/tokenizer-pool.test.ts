import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AutoTokenizer,
  PatternError,
  type PreTrainedTokenizer,
  startTokenizerPool,
  TokenizerFileError,
  type TokenizerPool,
  TokenizerPoolError,
} from '../../src/index.ts';
import { characterFile } from '../support/characters.ts';
import { HARD_TEXTS } from '../support/texts.ts';
import { trainedTokenizer } from '../support/trained.ts';

/** Enough text for several parts a worker. */
const TEXTS = Array.from({ length: 6 }, () => HARD_TEXTS).flat();

let tokenizer: PreTrainedTokenizer;
let pool: TokenizerPool;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
  pool = await startTokenizerPool(tokenizer, { workers: 2 });
});
afterAll(() => pool.close());

describe('a pool of tokenizers', () => {
  it.each([
    ['nothing', {}],
    ['padding', { padding: true, pad_to_multiple_of: 8 }],
    [
      'all lists',
      {
        return_offsets_mapping: true,
        return_special_tokens_mask: true,
        return_token_type_ids: true,
        return_length: true,
      },
    ],
    [
      'windows and padding',
      {
        truncation: true,
        max_length: 8,
        stride: 2,
        padding: 'max_length',
        return_overflowing_tokens: true,
        return_offsets_mapping: true,
        offset_unit: 'code_point',
      },
    ],
  ] as const)('gives what one thread gives, with %s', async (_, options) => {
    expect(await pool.encodeBatch(TEXTS, options)).toEqual(tokenizer(TEXTS, options));
  });

  it('takes pairs and lists of words', async () => {
    const pairs = { text_pair: [...TEXTS].reverse(), return_token_type_ids: true };
    expect(await pool.encodeBatch(TEXTS, pairs)).toEqual(tokenizer(TEXTS, pairs));
    const words = TEXTS.map((text) => text.split(' '));
    const options = { is_split_into_words: true, return_offsets_mapping: true } as const;
    expect(await pool.encodeBatch(words, options)).toEqual(tokenizer(words, options));
  });

  it('takes several batches at once, and empty ones', async () => {
    const batches = [TEXTS, [], ['a'], TEXTS.slice(5)];
    const results = await Promise.all(batches.map((batch) => pool.encodeBatch(batch)));
    expect(results).toEqual(batches.map((batch) => tokenizer(batch)));
  });

  it('throws what calling the tokenizer throws, and goes on', async () => {
    const unknown = { magic: 1 } as object;
    await expect(pool.encodeBatch(TEXTS, unknown)).rejects.toThrow('unknown option "magic"');
    await expect(pool.encodeBatch([1] as unknown as string[])).rejects.toThrow('got number');
    const words = { is_split_into_words: true } as const;
    await expect(pool.encodeBatch(['a', 'b'], words)).rejects.toThrow('wants a list of inputs');
    const options = { truncation: 'only_first', max_length: 4, text_pair: TEXTS } as const;
    const message = thrownBy(() => tokenizer(TEXTS, options)).message;
    await expect(pool.encodeBatch(TEXTS, options)).rejects.toThrow(message);
    expect(await pool.encodeBatch(['a'])).toEqual(tokenizer(['a']));
  });

  it('keeps the class of an error', async () => {
    const pattern = { Regex: '(a+)+$' };
    const file = characterFile({
      pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false },
    });
    using slow = await startTokenizerPool(await AutoTokenizer.from_pretrained(file), {
      workers: 1,
    });
    const text = `${'a'.repeat(100_000)}b`;
    const encoding = slow.encodeBatch([text]);
    await expect(encoding).rejects.toThrow(PatternError);
    await expect(encoding).rejects.toThrow('(a+)+$');
  });

  it('refuses a tokenizer that no file can describe, and options that cannot be', async () => {
    const odd = await AutoTokenizer.from_pretrained(characterFile({}));
    Object.assign(odd.backend.parts, { decoder: { toJson: () => ({ type: 'Magic' }) } });
    const start = startTokenizerPool(odd, { workers: 2 });
    await expect(start).rejects.toThrow(TokenizerFileError);
    await expect(start).rejects.toThrow('the decoder "Magic" is not supported');
    await expect(startTokenizerPool(odd, { workers: 0 })).rejects.toThrow('workers: got 0');
    await expect(startTokenizerPool(odd, { threads: 1 } as object)).rejects.toThrow('"threads"');
  });

  it('rejects what is under way when it is closed, and everything after', async () => {
    const closing = await startTokenizerPool(tokenizer, { workers: 1 });
    const encoding = closing.encodeBatch(TEXTS);
    closing.close();
    closing.close();
    await expect(encoding).rejects.toThrow(TokenizerPoolError);
    await expect(closing.encodeBatch(['a'])).rejects.toThrow('it was closed');
  });

  it('does not keep a process alive that has nothing to do', { timeout: 60_000 }, async () => {
    const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
    const program = `
      const { startTokenizerPool, trainByteLevelBPE } = await import(${JSON.stringify(index)});
      const tokenizer = await trainByteLevelBPE(['a b'], { vocab_size: 256 });
      const pool = await startTokenizerPool(tokenizer, { workers: 1 });
      console.log(JSON.stringify(await pool.encodeBatch(['a'])));
    `;
    const flags = ['--import', 'tsx', '--conditions=@llm/source', '--input-type=module'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', program]);
    expect(JSON.parse(stdout)).toEqual({ input_ids: [[64]], attention_mask: [[1]] });
  });
});

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
