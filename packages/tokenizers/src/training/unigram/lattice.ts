import type { PieceTrie } from './piece-trie.ts';

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
  /** Index of the first node of each position, and one more. */
  private firstNode = new Int32Array(64);
  private forward = new Float64Array(64);
  private backward = new Float64Array(64);
  private bestNode = new Int32Array(64);

  /**
   * Fills the lattice.
   *
   * @param model - The pieces.
   * @param text - Code points.
   * @param start - Where the word starts in them.
   * @param length - Its length.
   * @param without - A piece that must not be used.
   */
  fill(model: UnigramPieces, text: Int32Array, start: number, length: number, without = -1): void {
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
        if (id <= 0 || id === without) continue;
        this.push(begin, end + 1, id, model.scores[id]!);
        single ||= end === begin;
      }
      // A piece left out still spells its character: nothing takes its place.
      if (!single && !(without >= 0 && length === 1)) {
        this.push(begin, begin + 1, 0, model.minScore - UNKNOWN_PENALTY);
      }
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

  /** The best way to cut the word: pieces in order, or undefined if there is none. */
  best(): number[] | undefined {
    const { forward, begins, ends, scores, bestNode, length } = this;
    forward.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
    bestNode.fill(-1, 0, length + 1);
    forward[0] = 0;
    for (let node = 0; node < this.nodes; node++) {
      const end = ends[node]!;
      const score = forward[begins[node]!]! + scores[node]!;
      if (bestNode[end] === -1 || score > forward[end]!) {
        forward[end] = score;
        bestNode[end] = node;
      }
    }
    const path: number[] = [];
    for (let end = length; end > 0; ) {
      const node = bestNode[end]!;
      if (node < 0) return undefined;
      path.push(this.ids[node]!);
      end = begins[node]!;
    }
    return path.reverse();
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
  }

  private resizePositions(length: number): void {
    this.firstNode = new Int32Array(length);
    this.bestNode = new Int32Array(length);
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
