/** Rank and result of each merge, found by the pair of ids it joins: an open-addressing table. */
export class MergeTable {
  /** Id that each merge makes, by rank. */
  readonly results: Int32Array;
  /** First id of each merge, by rank. */
  readonly lefts: Int32Array;
  /** Second id of each merge, by rank. */
  readonly rights: Int32Array;
  private readonly slots: Int32Array;
  private readonly mask: number;

  /**
   * @param lefts - First id of each merge, in order of rank.
   * @param rights - Second id of each merge. Where a pair stands twice, the later rank counts.
   * @param results - Id that each merge makes.
   */
  constructor(lefts: Int32Array, rights: Int32Array, results: Int32Array) {
    this.results = results;
    this.lefts = lefts;
    this.rights = rights;
    let capacity = 16;
    while (capacity < 2 * lefts.length) capacity *= 2;
    this.mask = capacity - 1;
    this.slots = new Int32Array(capacity).fill(-1);
    for (let rank = 0; rank < lefts.length; rank++) {
      this.slots[this.locate(lefts[rank]!, rights[rank]!)] = rank;
    }
  }

  /** The rank of the merge of two ids, or -1. */
  rank(left: number, right: number): number {
    return this.slots[this.locate(left, right)]!;
  }

  /** The slot of a pair: the one that holds it, or the free one where it belongs. */
  private locate(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const rank = this.slots[slot]!;
      if (rank < 0 || (this.lefts[rank] === left && this.rights[rank] === right)) return slot;
    }
  }
}
