import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteLevelPreTokenizer, BPE as RustBPE, Tokenizer as RustTokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { ByteLevel, trainMerges } from '../../src/components/index.ts';
import { type TrainingProgress, trainByteLevelBPE } from '../../src/index.ts';
import python from '../fixtures/python-trainer.json' with { type: 'json' };
import { compilerMessages, HARD_TEXTS } from '../support/texts.ts';

/** What the Rust trainer learns from these lines with its defaults: 30,000 tokens, no minimum. */
async function rustTraining(lines: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tokenizers-'));
  try {
    const tokenizer = new RustTokenizer(RustBPE.empty());
    tokenizer.setPreTokenizer(byteLevelPreTokenizer(false, true));
    await writeFile(join(folder, 'corpus.txt'), lines.join('\n'));
    tokenizer.train([join(folder, 'corpus.txt')]);
    tokenizer.save(join(folder, 'tokenizer.json'));
    const file = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    return file.model as { vocab: Record<string, number>; merges: [string, string][] };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Our training with the same settings. */
function ourTraining(lines: readonly string[]) {
  const preTokenizer = new ByteLevel({ add_prefix_space: false });
  const words = new Map<string, number>();
  // The Rust library trains line by line and leaves each line its end.
  lines.forEach((line, index) => {
    const text = index + 1 < lines.length ? `${line}\n` : line;
    for (const word of preTokenizer.preTokenize(text)) words.set(word, (words.get(word) ?? 0) + 1);
  });
  const training = trainMerges(words, {
    vocab_size: 30_000,
    min_frequency: 0,
    special_tokens: [],
    initial_alphabet: [],
  });
  let step = training.next();
  while (!step.done) step = training.next();
  return step.value;
}

describe('training', () => {
  const lines = (texts: readonly string[]) => texts.flatMap((text) => text.split(/[\r\n]+/));
  const random = (seed: number) => () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  /** Words over two letters: many ties, overlaps (`aaa`) and tokens that arise in two ways. */
  const ties = (seed: number) => {
    const next = random(seed);
    return Array.from({ length: 300 }, () =>
      Array.from({ length: 8 }, () =>
        Array.from(
          { length: 1 + Math.floor(next() * 9) },
          () => 'aab'[Math.floor(next() * 3)],
        ).join(''),
      ).join(' '),
    );
  };

  it.each([
    ['German', lines(compilerMessages('de'))],
    ['Japanese', lines(compilerMessages('ja').slice(0, 600))],
    ['hard texts', lines(HARD_TEXTS.filter((text) => !/\p{Surrogate}/u.test(text)))],
    ...[1, 2, 3, 4, 5].map((seed) => [`ties, seed ${seed}`, ties(seed)] as const),
  ] as [string, string[]][])('learns what the Rust trainer learns: %s', async (_, texts) => {
    const theirs = await rustTraining(texts);
    const { vocab, merges } = ourTraining(texts);
    expect(merges).toEqual(theirs.merges);
    expect(vocab).toEqual(new Map(Object.entries(theirs.vocab)));
  });

  it.each(python.cases.map((each) => [JSON.stringify(each.options), each] as const))(
    'learns what Python learns with %s',
    async (_, { options, merges, tokens }) => {
      const tokenizer = await trainByteLevelBPE(compilerMessages('de'), options);
      const { model } = tokenizer.backend.parts;
      const written = model.toJson() as { vocab: Map<string, number>; merges: [string, string][] };
      expect(written.merges.map((pair) => pair.join(' '))).toEqual(merges);
      expect([...written.vocab.keys()].slice(0, tokens.length)).toEqual(tokens);
      expect([...written.vocab.values()]).toEqual([...written.vocab.values()].map((_, i) => i));
    },
  );

  it('takes async text and reports progress that only grows', async () => {
    async function* texts() {
      yield* compilerMessages('de').slice(0, 300);
    }
    const reports: TrainingProgress[] = [];
    const tokenizer = await trainByteLevelBPE(texts(), {
      vocab_size: 600,
      show_progress: (report) => reports.push(report),
    });
    expect(tokenizer.vocab_size).toBe(600);
    const merging = reports.filter(({ stage }) => stage === 'merge').map(({ done }) => done);
    expect(merging.length).toBeGreaterThan(2);
    expect(merging).toEqual([...merging].sort((a, b) => a - b));
    expect(reports.at(-1)).toEqual({ stage: 'merge', done: 600, total: 600 });
  });

  it('tells Python about the space before text', async () => {
    for (const add_prefix_space of [true, undefined]) {
      const tokenizer = await trainByteLevelBPE(['a b'], {
        vocab_size: 256,
        ...(add_prefix_space && { add_prefix_space }),
      });
      const config = JSON.parse(tokenizer.toFiles()['tokenizer_config.json']!);
      expect(config.add_prefix_space).toBe(add_prefix_space);
    }
  });

  it('stops where there is nothing left to merge', async () => {
    const tokenizer = await trainByteLevelBPE(['aa aa'], { vocab_size: 1000, min_frequency: 2 });
    expect(tokenizer.vocab_size).toBe(257); // "aa"; the pair "Ġ" "aa" occurs only once
  });

  it.each<[object, string]>([
    [{ vocab: 5 }, 'unknown option "vocab"'],
    [{ vocab_size: 100 }, 'vocab_size: got 100, wants an integer from 256'],
    [{ vocab_size: 257, special_tokens: ['<s>'], pad_token: '<pad>' }, 'from 258'],
    [{ min_frequency: 1.5 }, 'min_frequency'],
    [{ max_token_length: 0 }, 'max_token_length'],
    [{ template: { single: '<s> $A' } }, 'the token "<s>" is not in the vocabulary'],
  ])('refuses %j', async (options, message) => {
    await expect(trainByteLevelBPE(['text'], options)).rejects.toThrow(message);
  });
});
