import { Heap } from '../heap.ts';
import type { MergeTable } from './merge-table.ts';

/**
 * Applies the merges to the symbols of one word: always the merge of the lowest rank, the leftmost
 * first. A linked list and a heap make it O(n log n), so that a word of a million characters is no
 * way to stall a server.
 *
 * @param symbols - Ids of the word's characters; overwritten.
 * @param table - The merges.
 * @param results - Id that each merge makes, by rank.
 * @returns The ids that remain, in order.
 */
export function mergeWord(symbols: number[], table: MergeTable, results: Int32Array): number[] {
  const count = symbols.length;
  if (count < 2) return symbols;
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
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const position = top % count;
    const rank = (top - position) / count;
    const right = next[position]!;
    // Entries whose symbols have changed since are out of date.
    if (symbols[position] === removed || right >= count) continue;
    if (table.rank(symbols[position]!, symbols[right]!) !== rank) continue;
    symbols[position] = results[rank]!;
    symbols[right] = removed;
    next[position] = next[right]!;
    if (next[right]! < count) previous[next[right]!] = position;
    if (previous[position]! >= 0) offer(previous[position]!);
    offer(position);
  }
  return symbols.filter((symbol) => symbol !== removed);
}
