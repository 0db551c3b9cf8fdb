import type { PieceTrie } from './piece-trie.ts';
import { twoBest } from './two-best.ts';

/** How much worse than the worst piece a character without a piece is. */
const UNKNOWN_PENALTY = 10;

/** A vocabulary under training; piece 0 stands for unknown characters. */
export interface UnigramPieces {
  /** The pieces by their characters. */
  trie: PieceTrie;
  /** Logarithm of the probability of each piece. */
  scores: Float64Array;
  /** The lowest of them. */
  minScore: number;
}

/** All ways to cut one word into pieces. The buffers are used again for the next word. */
export class Lattice {
  private length = 0;
  private nodes = 0;
  private begins = new Int32Array(256);
  private ends = new Int32Array(256);
  private ids = new Int32Array(256);
  private scores = new Float64Array(256);
  private through = new Float64Array(257);
  private previous = new Int32Array(257);
  private nextEnding = new Int32Array(256);
  /** Index of the first node of each position, and one more. */
  private firstNode = new Int32Array(64);
  private forward = new Float64Array(64);
  private backward = new Float64Array(64);
  private firstEnding = new Int32Array(64);
  private lastEnding = new Int32Array(64);

  /**
   * Fills the lattice.
   *
   * @param model - The pieces.
   * @param text - Code points.
   * @param start - Where the word starts in them.
   * @param length - Its length.
   */
  fill(model: UnigramPieces, text: Int32Array, start: number, length: number): void {
    this.length = length;
    this.nodes = 0;
    if (length + 2 > this.firstNode.length) this.resizePositions(2 * (length + 2));
    const { trie } = model;
    for (let begin = 0; begin < length; begin++) {
      this.firstNode[begin] = this.nodes;
      let single = false;
      let node = 0;
      for (let end = begin; end < length; end++) {
        node = trie.child(node, text[start + end]!);
        if (node === 0) break;
        const id = trie.value(node);
        if (id <= 0) continue;
        this.push(begin, end + 1, id, model.scores[id]!);
        single ||= end === begin;
      }
      if (!single) this.push(begin, begin + 1, 0, model.minScore - UNKNOWN_PENALTY);
    }
    this.firstNode[length] = this.nodes;
  }

  /**
   * Adds how often each piece is expected in this word over all ways to cut it.
   *
   * @param frequency - How often the word occurs.
   * @param expected - Is added to, by piece.
   * @returns Frequency times the logarithm of the word's probability.
   */
  addExpected(frequency: number, expected: Float64Array): number {
    const { forward, backward, begins, ends, scores, length } = this;
    forward.fill(Number.NaN, 0, length + 1);
    forward[0] = 0;
    for (let node = 0; node < this.nodes; node++) {
      const end = ends[node]!;
      forward[end] = logSumExp(forward[end]!, scores[node]! + forward[begins[node]!]!);
    }
    backward.fill(Number.NaN, 0, length);
    backward[length] = 0;
    for (let begin = length - 1; begin >= 0; begin--) {
      for (let node = this.firstNode[begin]!; node < this.firstNode[begin + 1]!; node++) {
        backward[begin] = logSumExp(backward[begin]!, scores[node]! + backward[ends[node]!]!);
      }
    }
    const total = forward[length]!;
    for (let node = 0; node < this.nodes; node++) {
      const log = forward[begins[node]!]! + scores[node]! + backward[ends[node]!]! - total;
      expected[this.ids[node]!]! += frequency * Math.exp(log);
    }
    return frequency * total;
  }

  /** The best way to cut the word: pieces in order. */
  best(): number[] {
    const path: number[] = [];
    for (let node = this.searchForward(); node >= 0; node = this.previous[node]!) {
      path.push(this.ids[node]!);
    }
    return path.reverse();
  }

  /** The best way to cut the word and, if there is one, the second best. */
  twoBest(): number[][] {
    this.searchForward();
    const { length, nodes: count, begins, ends, ids, scores, through } = this;
    return twoBest({ length, count, begins, ends, ids, scores, through });
  }

  /**
   * Finds the best way to and through each node (Viterbi), and returns its last node. Many ways are
   * as good as each other but for rounding; what the Rust library compares is the sum with the
   * next node's score, in which small differences vanish, and of equal sums it takes the first.
   */
  private searchForward(): number {
    const { begins, ends, scores, through, previous, nextEnding, lastEnding, firstEnding } = this;
    firstEnding.fill(-1, 0, this.length + 1);
    for (let node = 0; node < this.nodes; node++) {
      this.bestBefore(node, begins[node]!, scores[node]!);
      if (begins[node] === 0) through[node] = scores[node]!;
      const end = ends[node]!;
      nextEnding[node] = -1;
      if (firstEnding[end]! < 0) firstEnding[end] = node;
      else nextEnding[lastEnding[end]!] = node;
      lastEnding[end] = node;
    }
    // The end of the word is a node too, of no score.
    this.bestBefore(this.nodes, this.length, 0);
    return previous[this.nodes]!;
  }

  /** Sets the best node that ends where `node` begins, and the score through both. */
  private bestBefore(node: number, begin: number, score: number): void {
    const { through, nextEnding } = this;
    let best = -1;
    let bestScore = 0;
    for (let left = this.firstEnding[begin]!; left >= 0; left = nextEnding[left]!) {
      const sum = through[left]! + score;
      if (best >= 0 && !(sum > bestScore)) continue;
      best = left;
      bestScore = sum;
    }
    this.previous[node] = best;
    through[node] = bestScore;
  }

  private push(begin: number, end: number, id: number, score: number): void {
    const node = this.nodes++;
    if (node === this.ids.length) this.resizeNodes(2 * node);
    this.begins[node] = begin;
    this.ends[node] = end;
    this.ids[node] = id;
    this.scores[node] = score;
  }

  private resizeNodes(length: number): void {
    this.begins = resized(this.begins, new Int32Array(length));
    this.ends = resized(this.ends, new Int32Array(length));
    this.ids = resized(this.ids, new Int32Array(length));
    this.scores = resized(this.scores, new Float64Array(length));
    // One more for the end of the word.
    this.through = new Float64Array(length + 1);
    this.previous = new Int32Array(length + 1);
    this.nextEnding = new Int32Array(length);
  }

  private resizePositions(length: number): void {
    this.firstNode = new Int32Array(length);
    this.firstEnding = new Int32Array(length);
    this.lastEnding = new Int32Array(length);
    this.forward = new Float64Array(length);
    this.backward = new Float64Array(length);
  }
}

function resized<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** log(exp(sum) + exp(term)); NaN as the sum is a sum of nothing. */
function logSumExp(sum: number, term: number): number {
  if (Number.isNaN(sum)) return term;
  const low = Math.min(sum, term);
  const high = Math.max(sum, term);
  return high > low + 50 ? high : high + Math.log(Math.exp(low - high) + 1);
}
