import { Heap } from '../heap.ts';
import type { PairTable } from './pair-table.ts';

/** A pair of neighbouring symbols that waits to be merged. */
export interface MergeCandidate {
  /** Its number in the table of pairs. */
  pair: number;
  /** How often the pair occurred when it was queued. */
  count: number;
  /** Words in which it occurs. */
  words: number[];
}

/** A queue that gives the most frequent pair first, of equal ones the smallest pair of ids. */
export function mergeQueue(pairs: PairTable): Heap<MergeCandidate> {
  return new Heap((a, b) => {
    if (a.count !== b.count) return a.count > b.count;
    const left = pairs.lefts[a.pair]! - pairs.lefts[b.pair]!;
    return left !== 0 ? left < 0 : pairs.rights[a.pair]! < pairs.rights[b.pair]!;
  });
}
