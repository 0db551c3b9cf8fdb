import { RandomSource } from '../data/random-source.ts';

/** Batches that are ordered by length at a time, as transformers' `LengthGroupedSampler`. */
const batchesInGroup = 50;

/** How a pass over examples goes. */
export interface OrderOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Whether the order is random, another one each epoch. */
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  /** Lengths of the examples; with them batches hold examples of about equal length. */
  readonly lengths?: readonly number[];
}

/**
 * The examples of each batch of an epoch, by index: a function of its arguments alone, so that a resumed run goes
 * on with the batch that comes next.
 */
export function batchOrder(count: number, epoch: number, options: OrderOptions): number[][] {
  const { batchSize, seed, shuffle, dropLast, lengths } = options;
  const indices = Array.from({ length: count }, (_, index) => index);
  const random = new RandomSource(seed, epoch);
  const shuffled = shuffle || lengths ? random.shuffle(indices) : indices;
  const order = lengths ? groupByLength(shuffled, lengths, batchSize) : shuffled;
  const batches: number[][] = [];
  for (let start = 0; start < count; start += batchSize) {
    const batch = order.slice(start, start + batchSize);
    if (batch.length === batchSize || !dropLast) batches.push(batch);
  }
  return batches;
}

/** Within groups of fifty batches the longest come first; the longest of all is in the first batch. */
function groupByLength(
  shuffled: readonly number[],
  lengths: readonly number[],
  batchSize: number,
): number[] {
  const size = Math.max(1, Math.min(Math.floor(shuffled.length / (batchSize * 4)), batchesInGroup));
  const groups: number[][] = [];
  for (let start = 0; start < shuffled.length; start += size * batchSize) {
    const group = shuffled.slice(start, start + size * batchSize);
    groups.push(group.sort((a, b) => lengths[b]! - lengths[a]!));
  }
  let longest = 0;
  groups.forEach(([first], index) => {
    if (lengths[first!]! > lengths[groups[longest]![0]!]!) longest = index;
  });
  // So that memory runs out at once or not at all.
  const swapped = groups[longest]?.[0];
  if (swapped !== undefined && longest > 0) {
    groups[longest]![0] = groups[0]![0]!;
    groups[0]![0] = swapped;
  }
  return groups.flat();
}
