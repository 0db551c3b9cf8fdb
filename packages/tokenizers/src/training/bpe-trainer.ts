import { alphabetOf } from './alphabet.ts';
import { mergeQueue } from './merge-queue.ts';
import { PairTable } from './pair-table.ts';
import type { TrainingSteps } from './progress.ts';
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
  /** Most characters the vocabulary starts with; the rarest are left out of words. No limit by default. */
  limit_alphabet?: number | undefined;
  /** What is put before symbols that do not start a word, such as `##`; nothing by default. */
  continuing_subword_prefix?: string | undefined;
  /** What is put after the last symbol of a word, such as `</w>`; nothing by default. */
  end_of_word_suffix?: string | undefined;
  /** Tokens of this many characters or more are not made by growing; no limit by default. */
  max_token_length?: number | undefined;
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
 * Where that trainer leaves an order to chance (the ids of characters with a prefix or suffix
 * follow its hash map), here it is the order of `words`.
 *
 * Counts are kept up to date: a merge costs the words in which its pair occurs, not the corpus.
 *
 * @param words - How often each word occurs.
 * @param options - Settings.
 * @returns Vocabulary and merges; yields progress on the way.
 */
export function* trainMerges(
  words: ReadonlyMap<string, number>,
  options: BPETrainerOptions,
): TrainingSteps<LearnedMerges> {
  const { vocab_size, min_frequency, max_token_length = Number.POSITIVE_INFINITY } = options;
  const prefix = options.continuing_subword_prefix ?? '';
  const vocab = new Map<string, number>();
  const tokens: string[] = [];
  const add = (token: string): number => {
    const known = vocab.get(token);
    if (known !== undefined) return known;
    vocab.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  for (const token of options.special_tokens) add(token);
  for (const character of alphabetOf(words, options.initial_alphabet, options.limit_alphabet)) {
    add(character);
  }

  const list = new WordList(spell(words.keys(), vocab, add, options));
  const counts = Float64Array.from(words.values());
  const pairs = new PairTable();
  const queue = mergeQueue(pairs);
  /** Words in which pairs came up since the last merge, by the number of the pair. */
  const fresh: (number[] | undefined)[] = [];
  let freshPairs: number[] = [];
  const remember = (pair: number, word: number): void => {
    const where = fresh[pair];
    if (where === undefined) {
      fresh[pair] = [word];
      freshPairs.push(pair);
    } else if (where[where.length - 1] !== word) where.push(word);
  };
  const enqueueFresh = (): void => {
    for (const pair of freshPairs) {
      const count = pairs.counts[pair]!;
      if (count > 0) queue.push({ pair, count, words: fresh[pair]! });
      fresh[pair] = undefined;
    }
    freshPairs = [];
  };
  for (let word = 0; word < list.size; word++) {
    list.forEachPair(word, (left, right) => {
      const pair = pairs.number(left, right);
      while (fresh.length <= pair) fresh.push(undefined);
      pairs.counts[pair]! += counts[word]!;
      remember(pair, word);
    });
  }
  enqueueFresh();

  const merges = new Map<number, [string, string]>();
  for (let steps = 0; vocab.size < vocab_size; ) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = asUnsigned(pairs.counts[top.pair]!);
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < 1 || count < min_frequency) break;
    const left = pairs.lefts[top.pair]!;
    const right = pairs.rights[top.pair]!;
    const tail = tokens[right]!;
    const merged = add(
      tokens[left]! + (tail.startsWith(prefix) ? tail.slice(prefix.length) : tail),
    );
    // Deleted first: a pair merged again takes the later rank.
    merges.delete(top.pair);
    merges.set(top.pair, [tokens[left]!, tail]);
    for (const word of top.words) {
      list.merge(word, left, right, merged, max_token_length, (a, b, change) => {
        const pair = pairs.number(a, b);
        while (fresh.length <= pair) fresh.push(undefined);
        pairs.counts[pair]! += change * counts[word]!;
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

/** The words as ids of their characters; characters outside of the alphabet are left out. */
function* spell(
  words: Iterable<string>,
  vocab: ReadonlyMap<string, number>,
  add: (token: string) => number,
  options: BPETrainerOptions,
): Generator<number[]> {
  const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = options;
  for (const word of words) {
    const characters = Array.from(word);
    const symbols: number[] = [];
    characters.forEach((character, index) => {
      let id = vocab.get(character);
      if (id === undefined) return;
      const last = index === characters.length - 1;
      if ((prefix && index > 0) || (suffix && last)) {
        id = add(`${(index > 0 && prefix) || ''}${character}${(last && suffix) || ''}`);
      }
      symbols.push(id);
    });
    yield symbols;
  }
}

/**
 * With `max_token_length` counts can fall below zero, since pairs that are too long are never
 * counted but still subtracted. The Rust code reads them as unsigned, that is as huge; the order
 * among them is kept here.
 */
function asUnsigned(count: number): number {
  return count < 0 ? Number.MAX_SAFE_INTEGER + count : count;
}
