import { Heap } from '../heap.ts';
import type { MergeTable } from './merge-table.ts';

/** Up to this many symbols, looking at all pairs again and again is faster than a heap. */
const SHORT_WORD = 24;

/** Leaves out merges at random (Provilkov et al. 2020). */
export interface Dropout {
  /** How likely a merge is left out, from 0 to 1. */
  readonly probability: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/**
 * Applies the merges to the symbols of one word: always the merge of the lowest rank, the leftmost
 * first.
 *
 * @param symbols - Ids of the word's characters; what remains is left in it.
 * @param widths - Length of each symbol, in any unit; summed where symbols are joined.
 * @param table - The merges.
 * @param dropout - Merges that are left out; none if absent.
 */
export function mergeWord(
  symbols: number[],
  widths: number[] | undefined,
  table: MergeTable,
  dropout?: Dropout,
): void {
  if (symbols.length < 2) return;
  if (dropout === undefined && symbols.length <= SHORT_WORD) mergeShort(symbols, widths, table);
  else mergeLong(symbols, widths, table, dropout);
}

function mergeShort(symbols: number[], widths: number[] | undefined, table: MergeTable): void {
  let count = symbols.length;
  // Rank of the pair that begins at each symbol, or -1.
  const ranks: number[] = [];
  for (let i = 0; i + 1 < count; i++) ranks.push(table.rank(symbols[i]!, symbols[i + 1]!));
  for (;;) {
    let best = -1;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < count; i++) {
      const rank = ranks[i]!;
      if (rank >= 0 && rank < bestRank) {
        bestRank = rank;
        best = i;
      }
    }
    if (best < 0) break;
    symbols[best] = table.results[bestRank]!;
    if (widths !== undefined) widths[best]! += widths[best + 1]!;
    count--;
    for (let i = best + 1; i < count; i++) {
      symbols[i] = symbols[i + 1]!;
      if (widths !== undefined) widths[i] = widths[i + 1]!;
      if (i + 1 < count) ranks[i] = ranks[i + 1]!;
    }
    if (best + 1 < count) ranks[best] = table.rank(symbols[best]!, symbols[best + 1]!);
    if (best > 0) ranks[best - 1] = table.rank(symbols[best - 1]!, symbols[best]!);
  }
  symbols.length = count;
  if (widths !== undefined) widths.length = count;
}

/**
 * A linked list and a heap make it O(n log n), so that a word of a million characters is no way to
 * stall a server.
 */
function mergeLong(
  symbols: number[],
  widths: number[] | undefined,
  table: MergeTable,
  dropout: Dropout | undefined,
): void {
  const count = symbols.length;
  const previous = new Int32Array(count);
  const next = new Int32Array(count);
  const heap = new Heap<number>((a, b) => a < b);
  // One number orders by rank, then position; it carries both.
  const offer = (position: number): void => {
    const right = next[position]!;
    if (right >= count) return;
    const rank = table.rank(symbols[position]!, symbols[right]!);
    if (rank >= 0) heap.push(rank * count + position);
  };
  for (let i = 0; i < count; i++) {
    previous[i] = i - 1;
    next[i] = i + 1;
  }
  for (let i = 0; i + 1 < count; i++) offer(i);

  const removed = -1;
  let dropped: number[] = [];
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (dropout !== undefined) {
      if (dropout.random() < dropout.probability) {
        dropped.push(top);
        continue;
      }
      // What was left out gets another chance after each merge, as in the Rust library.
      for (const entry of dropped) heap.push(entry);
      dropped = [];
    }
    const position = top % count;
    const rank = (top - position) / count;
    const right = next[position]!;
    // Entries whose symbols have changed since are out of date.
    if (symbols[position] === removed || right >= count) continue;
    if (table.rank(symbols[position]!, symbols[right]!) !== rank) continue;
    symbols[position] = table.results[rank]!;
    symbols[right] = removed;
    if (widths !== undefined) widths[position]! += widths[right]!;
    next[position] = next[right]!;
    if (next[right]! < count) previous[next[right]!] = position;
    if (previous[position]! >= 0) offer(previous[position]!);
    offer(position);
  }
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (symbols[i] === removed) continue;
    symbols[kept] = symbols[i]!;
    if (widths !== undefined) widths[kept] = widths[i]!;
    kept++;
  }
  symbols.length = kept;
  if (widths !== undefined) widths.length = kept;
}
