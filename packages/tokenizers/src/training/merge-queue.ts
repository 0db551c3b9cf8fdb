/** A pair of neighbouring symbols that waits to be merged. */
export interface MergeCandidate {
  /** Left id times the stride, plus right id: orders pairs by left, then right id. */
  pair: number;
  /** How often the pair occurred when it was queued. */
  count: number;
  /** Words in which it occurs. */
  words: number[];
}

/** Gives the most frequent pair first, of equal ones the smallest pair of ids. */
export class MergeQueue {
  private readonly items: MergeCandidate[] = [];

  /** Adds a candidate. */
  push(candidate: MergeCandidate): void {
    const { items } = this;
    let index = items.length;
    items.push(candidate);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(candidate, items[parent]!)) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = candidate;
  }

  /** Takes the first candidate out; undefined if there is none. */
  pop(): MergeCandidate | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && precedes(items[child + 1]!, items[child]!)) child++;
      if (!precedes(items[child]!, last)) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = last;
    return top;
  }
}

function precedes(a: MergeCandidate, b: MergeCandidate): boolean {
  return a.count !== b.count ? a.count > b.count : a.pair < b.pair;
}
