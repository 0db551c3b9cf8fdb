import { Heap } from '../heap.ts';

/** A pair of neighbouring symbols that waits to be merged. */
export interface MergeCandidate {
  /** Left id times the stride, plus right id: orders pairs by left, then right id. */
  pair: number;
  /** How often the pair occurred when it was queued. */
  count: number;
  /** Words in which it occurs. */
  words: number[];
}

/** A queue that gives the most frequent pair first, of equal ones the smallest pair of ids. */
export const mergeQueue = (): Heap<MergeCandidate> =>
  new Heap((a, b) => (a.count !== b.count ? a.count > b.count : a.pair < b.pair));
