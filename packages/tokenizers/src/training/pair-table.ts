/** Pairs of ids, numbered in the order in which they came, with a count each: an open-addressing table. */
export class PairTable {
  /** Pairs in the table. */
  size = 0;
  /** First id of each pair. */
  lefts = new Int32Array(1024);
  /** Second id of each pair. */
  rights = new Int32Array(1024);
  /** Count of each pair. */
  counts = new Float64Array(1024);
  private slots = new Int32Array(4096).fill(-1);

  /** The number of a pair, which is added with count 0 if it is new. */
  number(left: number, right: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash(left, right) & mask; ; slot = (slot + 1) & mask) {
      const pair = slots[slot]!;
      if (pair < 0) return this.add(slot, left, right);
      if (this.lefts[pair] === left && this.rights[pair] === right) return pair;
    }
  }

  private add(slot: number, left: number, right: number): number {
    const pair = this.size++;
    if (pair === this.lefts.length) this.grow();
    this.lefts[pair] = left;
    this.rights[pair] = right;
    if (this.size * 2 > this.slots.length) this.rehash();
    else this.slots[slot] = pair;
    return pair;
  }

  private grow(): void {
    const length = this.lefts.length * 2;
    const { lefts, rights, counts } = this;
    this.lefts = new Int32Array(length);
    this.lefts.set(lefts);
    this.rights = new Int32Array(length);
    this.rights.set(rights);
    this.counts = new Float64Array(length);
    this.counts.set(counts);
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.size; pair++) {
      let slot = hash(this.lefts[pair]!, this.rights[pair]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = pair;
    }
    this.slots = slots;
  }
}

function hash(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
