import type { TrainingSteps } from '../progress.ts';
import { expectedCounts, maximize, preparePieces, UnigramCorpus } from './expectation.ts';
import { prunePieces } from './prune.ts';
import { type ScoredPiece, seedPieces } from './seed-pieces.ts';

/** Settings of {@link trainUnigram}, by the names of Hugging Face's `UnigramTrainer`. */
export interface UnigramTrainerOptions {
  /** Tokens wanted in all, special tokens included. */
  vocab_size: number;
  /** Tokens that take the first ids, in order. */
  special_tokens: readonly string[];
  /** Characters that are in the vocabulary whether they occur or not. */
  initial_alphabet: Iterable<string>;
  /** Token for what cannot be spelled; taken from `special_tokens`, or put before them. */
  unk_token?: string | undefined;
  /** Share of the pieces that is kept in each round. */
  shrinking_factor: number;
  /** Longest piece, in characters. */
  max_piece_length: number;
  /** Rounds of expectation and maximization between two prunings. */
  n_sub_iterations: number;
  /** Most pieces to start from. */
  seed_size: number;
}

/** A trained unigram vocabulary. */
export interface LearnedUnigram {
  /** Tokens with the logarithm of their probability, by id. */
  vocab: [string, number][];
  /** Id of the unknown token, if there is one. */
  unk_id: number | undefined;
}

/** The text of the unknown piece while training; no piece of the result. */
const UNKNOWN = '<UNK>';
/** How much worse each character is scored that was lost on the way than the one before. */
const PENALTY_STEP = 0.0001;

/**
 * Learns a unigram vocabulary (Kudo 2018) from counted words as the Rust library's
 * `UnigramTrainer` does: many seeds, then rounds of expectation-maximization and pruning.
 *
 * @param words - How often each word occurs.
 * @param options - Settings.
 * @returns Tokens with scores; yields progress on the way.
 * @throws Error if there are more characters than tokens wanted.
 */
export function* trainUnigram(
  words: ReadonlyMap<string, number>,
  options: UnigramTrainerOptions,
): TrainingSteps<LearnedUnigram> {
  const wanted = Math.floor((options.vocab_size * 11) / 10);
  const required = requiredCharacters(words, options.initial_alphabet);
  if (required.length > options.vocab_size) {
    throw new Error(
      `training Unigram: the text has ${required.length} characters, more than vocab_size ${options.vocab_size}; raise vocab_size or normalize the text`,
    );
  }
  const corpus = new UnigramCorpus(words);
  const seeds = seedPieces(words, options.max_piece_length, options.seed_size);
  let pieces: ScoredPiece[] = [{ piece: UNKNOWN, score: Number.NaN }, ...logarithms(seeds)];
  yield { stage: 'seed', done: pieces.length, total: wanted };
  let model = preparePieces(pieces);
  for (;;) {
    for (let iteration = 0; iteration < options.n_sub_iterations; iteration++) {
      pieces = maximize(pieces, expectedCounts(model, corpus));
      model = preparePieces(pieces);
      yield { stage: 'prune', done: pieces.length, total: wanted };
    }
    if (pieces.length <= wanted) break;
    const size = Math.max(wanted, Math.floor(pieces.length * options.shrinking_factor));
    const before = pieces.length;
    pieces = prunePieces(pieces, model, corpus, size);
    model = preparePieces(pieces);
    // A round that drops nothing would go on for ever.
    if (pieces.length === before && size >= before) break;
  }
  return finish(pieces, model.minScore, required, options);
}

function logarithms(pieces: readonly ScoredPiece[]): ScoredPiece[] {
  const sum = pieces.reduce((total, { score }) => total + score, 0);
  const logSum = Math.log(sum);
  return pieces.map(({ piece, score }) => ({ piece, score: Math.log(score) - logSum }));
}

function requiredCharacters(
  words: ReadonlyMap<string, number>,
  initial: Iterable<string>,
): string[] {
  const characters = new Set(initial);
  for (const word of words.keys()) for (const character of word) characters.add(character);
  return [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

/** The characters, the best pieces until the size is reached, and the special tokens before them. */
function finish(
  pieces: readonly ScoredPiece[],
  minScore: number,
  required: readonly string[],
  options: UnigramTrainerOptions,
): LearnedUnigram {
  const scores = new Map(pieces.map(({ piece, score }) => [piece, score]));
  let penalty = 0;
  const chosen: [string, number][] = required.map((character) => {
    const score = scores.get(character);
    if (score !== undefined) return [character, score];
    penalty += PENALTY_STEP;
    return [character, minScore + penalty - PENALTY_STEP];
  });
  const taken = new Set([UNKNOWN, ...required]);
  const special: [string, number][] = options.special_tokens.map((token) => [token, 0]);
  let unk_id: number | undefined;
  if (options.unk_token !== undefined) {
    unk_id = Math.max(0, options.special_tokens.indexOf(options.unk_token));
    if (options.special_tokens[unk_id] !== options.unk_token)
      special.unshift([options.unk_token, 0]);
  }
  const room = options.vocab_size - special.length;
  for (const { piece, score } of pieces) {
    if (taken.has(piece)) continue;
    taken.add(piece);
    chosen.push([piece, score]);
    if (chosen.length === room) break;
  }
  chosen.sort(([, a], [, b]) => b - a);
  return { vocab: [...special, ...chosen], unk_id };
}
