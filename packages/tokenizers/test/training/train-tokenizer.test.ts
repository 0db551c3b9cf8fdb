import { Tokenizer as RustTokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { writeTokenizerJson } from '../../src/components/index.ts';
import {
  type PreTrainedTokenizer,
  type TrainingProgress,
  type TrainTokenizerOptions,
  trainTokenizer,
} from '../../src/index.ts';
import { compilerMessages, HARD_TEXTS } from '../support/texts.ts';

const texts = compilerMessages('de').slice(0, 600);
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

const trainings: TrainTokenizerOptions[] = [
  {
    model: 'BPE',
    vocab_size: 500,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    end_of_word_suffix: '</w>',
    unk_token: '<unk>',
    fuse_unk: true,
    decoder: { type: 'BPEDecoder', suffix: '</w>' },
  },
  {
    model: 'WordPiece',
    vocab_size: 500,
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    template: { single: '[CLS] $A [SEP]', pair: '[CLS] $A [SEP] $B:1 [SEP]:1' },
  },
  {
    model: 'Unigram',
    vocab_size: 400,
    normalizer: { type: 'NFKC' },
    pre_tokenizer: metaspace,
    decoder: metaspace,
    unk_token: '<unk>',
    special_tokens: ['<pad>', '</s>'],
    eos_token: '</s>',
  },
  {
    model: 'WordLevel',
    vocab_size: 300,
    min_frequency: 2,
    pre_tokenizer: { type: 'Whitespace' },
    unk_token: '<unk>',
  },
];

const inputs = [
  ...compilerMessages('de').slice(600, 650),
  ...HARD_TEXTS.filter((text) => !/\p{Surrogate}/u.test(text)),
];

describe('trainTokenizer', () => {
  it.each(trainings.map((options) => [options.model, options] as const))(
    'makes a %s that the Rust library reads and uses alike',
    async (_, options) => {
      const reports: TrainingProgress[] = [];
      async function* stream() {
        yield* texts;
      }
      const show_progress = (report: TrainingProgress) => reports.push(report);
      const tokenizer = await trainTokenizer(stream(), { ...options, show_progress });
      expect(tokenizer.vocab_size).toBe(options.vocab_size);
      expect(reports).toContainEqual({ stage: 'count words', done: texts.length });
      const rust = RustTokenizer.fromString(writeTokenizerJson(tokenizer.backend));
      for (const input of inputs) {
        const ids = (await rust.encode(input)).getIds();
        expect([input, tokenizer.encode(input)]).toEqual([input, ids]);
        expect(tokenizer.decode(ids)).toBe(await rust.decode(ids, false));
      }
    },
  );

  it('gives Unigram an unknown token in front if it is no special token', async () => {
    const tokenizer: PreTrainedTokenizer = await trainTokenizer(texts, trainings[2]!);
    expect(tokenizer.unk_token_id).toBe(0);
    expect(['<pad>', '</s>'].map((token) => tokenizer.token_to_id(token))).toEqual([1, 2]);
  });

  it('learns the same from the same text', async () => {
    const files = await Promise.all([1, 2].map(() => trainTokenizer(texts, trainings[2]!)));
    expect(files[0]!.toFiles()).toEqual(files[1]!.toFiles());
  });

  it.each<[object, string]>([
    [{ model: 'bpe' }, 'model: got "bpe"'],
    [{ model: 'Unigram', min_frequency: 2 }, 'unknown option "min_frequency"'],
    [{ model: 'BPE', vocab_size: 0 }, 'vocab_size: got 0'],
    [{ model: 'Unigram', shrinking_factor: 1 }, 'shrinking_factor: got 1'],
    [{ model: 'Unigram', vocab_size: 5 }, 'more than vocab_size 5'],
    [{ model: 'BPE', pre_tokenizer: { type: 'Nonsense' } }, 'Nonsense'],
    [{ model: 'BPE', template: { single: '$A' }, post_processor: {} }, 'exclude each other'],
  ])('refuses %j', async (options, message) => {
    await expect(trainTokenizer(texts, options as TrainTokenizerOptions)).rejects.toThrow(message);
  });
});
