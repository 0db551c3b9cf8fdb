import { mergeQueue } from './merge-queue.ts';
import { WordList } from './word-list.ts';

/** Settings of {@link trainMerges}, by the names of Hugging Face's `BpeTrainer`. */
export interface BPETrainerOptions {
  /** Tokens wanted in all, special tokens and alphabet included. */
  vocab_size: number;
  /** Pairs that occur less often are not merged. */
  min_frequency: number;
  /** Tokens that take the first ids, in order. */
  special_tokens: readonly string[];
  /** Characters that are in the vocabulary whether they occur or not. */
  initial_alphabet: Iterable<string>;
  /** Tokens of this many characters or more are not made by growing; no limit by default. */
  max_token_length?: number | undefined;
}

/** How far the training is. */
export interface TrainingProgress {
  /** What is being done. */
  stage: 'count words' | 'merge';
  /** Texts read, or tokens in the vocabulary. */
  done: number;
  /** Tokens wanted; absent while counting, where the end is not known. */
  total?: number;
}

/** What the training found. */
export interface LearnedMerges {
  /** Ids by token. */
  vocab: Map<string, number>;
  /** Pairs of tokens by rank. */
  merges: [string, string][];
}

/** Merges between two reports of progress. */
const REPORT_EVERY = 64;

/**
 * Learns merges from counted words, with exactly the results of the Rust library's `BpeTrainer`
 * (tokenizers/src/models/bpe/trainer.rs), its treatment of stale counts included: an entry of the
 * queue holds the words that were known when it was made, so a token that arises in two ways may be
 * merged in two steps, and the later rank counts.
 *
 * Counts are kept up to date: a merge costs the words in which its pair occurs, not the corpus.
 *
 * @param words - How often each word occurs.
 * @param options - Settings.
 * @returns Vocabulary and merges; yields progress on the way, so that a caller can stay responsive.
 */
export function* trainMerges(
  words: ReadonlyMap<string, number>,
  options: BPETrainerOptions,
): Generator<TrainingProgress, LearnedMerges> {
  const { vocab_size, min_frequency, max_token_length = Number.POSITIVE_INFINITY } = options;
  const vocab = new Map<string, number>();
  const tokens: string[] = [];
  const add = (token: string): number => {
    const known = vocab.get(token);
    if (known !== undefined) return known;
    vocab.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  for (const token of options.special_tokens) add(token);
  for (const character of sortedAlphabet(words.keys(), options.initial_alphabet)) add(character);

  const list = new WordList(
    Array.from(words.keys(), (word) => Array.from(word, (character) => vocab.get(character)!)),
  );
  const counts = [...words.values()];
  // Ids never reach the stride, so a pair is one exact integer that sorts as the pair does.
  const stride = Math.max(vocab_size, tokens.length) + 1;
  const pairCounts = new Map<number, number>();
  const queue = mergeQueue();

  let fresh = new Map<number, number[]>();
  const remember = (pair: number, word: number): void => {
    const where = fresh.get(pair);
    if (where === undefined) fresh.set(pair, [word]);
    else if (where[where.length - 1] !== word) where.push(word);
  };
  const enqueueFresh = (): void => {
    for (const [pair, where] of fresh) {
      const count = pairCounts.get(pair)!;
      if (count > 0) queue.push({ pair, count, words: where });
    }
    fresh = new Map();
  };
  for (let word = 0; word < list.size; word++) {
    list.forEachPair(word, (left, right) => {
      const pair = left * stride + right;
      pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + counts[word]!);
      remember(pair, word);
    });
  }
  enqueueFresh();

  const merges = new Map<number, [string, string]>();
  for (let steps = 0; vocab.size < vocab_size; ) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = asUnsigned(pairCounts.get(top.pair)!);
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < 1 || count < min_frequency) break;
    const right = top.pair % stride;
    const left = (top.pair - right) / stride;
    const merged = add(tokens[left]! + tokens[right]!);
    // Deleted first: a pair merged again takes the later rank.
    merges.delete(top.pair);
    merges.set(top.pair, [tokens[left]!, tokens[right]!]);
    for (const word of top.words) {
      list.merge(word, left, right, merged, max_token_length, (a, b, change) => {
        const pair = a * stride + b;
        pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + change * counts[word]!);
        if (change > 0) remember(pair, word);
      });
    }
    enqueueFresh();
    if (++steps % REPORT_EVERY === 0) {
      yield { stage: 'merge', done: vocab.size, total: vocab_size };
    }
  }
  return { vocab, merges: [...merges.values()] };
}

/**
 * With `max_token_length` counts can fall below zero, since pairs that are too long are never
 * counted but still subtracted. The Rust code reads them as unsigned, that is as huge; the order
 * among them is kept here.
 */
function asUnsigned(count: number): number {
  return count < 0 ? Number.MAX_SAFE_INTEGER + count : count;
}

function sortedAlphabet(words: Iterable<string>, initial: Iterable<string>): string[] {
  const characters = new Set(initial);
  for (const word of words) for (const character of word) characters.add(character);
  return [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}
