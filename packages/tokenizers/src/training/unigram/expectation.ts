import { Lattice, type UnigramPieces } from './lattice.ts';
import { PieceTrie } from './piece-trie.ts';
import type { ScoredPiece } from './seed-pieces.ts';

/** Pieces expected less often than this are dropped. */
const EXPECTED_THRESHOLD = 0.5;

/** The words of a corpus as code points in one array. */
export class UnigramCorpus {
  /** Code points of all words. */
  readonly text: Int32Array;
  /** Start of each word, and the end of the last. */
  readonly starts: Int32Array;
  /** How often each word occurs. */
  readonly counts: Float64Array;

  /** @param words - Counted words. */
  constructor(words: ReadonlyMap<string, number>) {
    const points: number[] = [];
    const starts = [0];
    for (const word of words.keys()) {
      for (const character of word) points.push(character.codePointAt(0)!);
      starts.push(points.length);
    }
    this.text = Int32Array.from(points);
    this.starts = Int32Array.from(starts);
    this.counts = Float64Array.from(words.values());
  }

  /** Different words. */
  get size(): number {
    return this.counts.length;
  }
}

/** Prepares pieces for cutting words; the first stands for unknown characters. */
export function preparePieces(pieces: readonly ScoredPiece[]): UnigramPieces {
  const scores = Float64Array.from(pieces, ({ score }) => score);
  let minScore = Number.POSITIVE_INFINITY;
  // NaN, the score of the unknown piece, is never less.
  for (const score of scores) if (score < minScore) minScore = score;
  return { trie: new PieceTrie(pieces.map(({ piece }) => piece)), scores, minScore };
}

/**
 * Expectation: how often each piece is used over all ways to cut all words.
 *
 * @param model - The pieces.
 * @param corpus - The words.
 */
export function expectedCounts(model: UnigramPieces, corpus: UnigramCorpus): Float64Array {
  const expected = new Float64Array(model.scores.length);
  const lattice = new Lattice();
  for (let word = 0; word < corpus.size; word++) {
    const start = corpus.starts[word]!;
    lattice.fill(model, corpus.text, start, corpus.starts[word + 1]! - start);
    const likelihood = lattice.addExpected(corpus.counts[word]!, expected);
    if (Number.isNaN(likelihood)) {
      throw new Error(
        'training Unigram: a likelihood is not a number; split the text into shorter words with a pre-tokenizer',
      );
    }
  }
  return expected;
}

/**
 * Maximization: scores from expected counts, with the sparse prior of a Dirichlet process (Liang
 * and Klein 2007) as in SentencePiece. Rare pieces are dropped.
 *
 * @param pieces - The pieces; the first stays.
 * @param expected - Their expected counts.
 */
export function maximize(pieces: readonly ScoredPiece[], expected: Float64Array): ScoredPiece[] {
  const kept: ScoredPiece[] = [];
  let sum = 0;
  for (let i = 1; i < pieces.length; i++) {
    const count = expected[i]!;
    if (count < EXPECTED_THRESHOLD) continue;
    kept.push({ piece: pieces[i]!.piece, score: count });
    sum += count;
  }
  const logSum = digamma(sum);
  const scored = kept.map(({ piece, score }) => ({ piece, score: digamma(score) - logSum }));
  return [{ piece: pieces[0]!.piece, score: Number.NaN }, ...scored];
}

/** The derivative of the logarithm of the gamma function, by the series that the Rust library uses. */
function digamma(value: number): number {
  let x = value;
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 1 / 2;
  const xx = 1 / x;
  const xx2 = xx * xx;
  const xx4 = xx2 * xx2;
  return (
    result +
    (Math.log(x) +
      (1 / 24) * xx2 -
      (7 / 960) * xx4 +
      (31 / 8064) * xx4 * xx2 -
      (127 / 30720) * xx4 * xx4)
  );
}
