/**
 * A trie over UTF-16 units in typed arrays: edges live in one open-addressing table keyed by node
 * and unit, so that a step is one probe and a large vocabulary makes no objects.
 */
export class PrefixTrie {
  /** Value of the word that ends at a node, or -1. */
  private readonly values: Int32Array;
  private readonly keys: Float64Array;
  private readonly children: Int32Array;
  private readonly mask: number;

  /** @param words - Words with their values from 0; of equal words the later one counts. */
  constructor(words: Iterable<readonly [word: string, value: number]>) {
    const list = [...words];
    let units = 1;
    for (const [word] of list) units += word.length;
    let capacity = 16;
    while (capacity < 2 * units) capacity *= 2;
    this.mask = capacity - 1;
    this.keys = new Float64Array(capacity).fill(-1);
    this.children = new Int32Array(capacity);
    const values = new Int32Array(units).fill(-1);
    let nodes = 1;
    for (const [word, value] of list) {
      let node = 0;
      for (let i = 0; i < word.length; i++) {
        const unit = word.charCodeAt(i);
        const slot = this.locate(node, unit);
        if (this.keys[slot] === -1) {
          this.keys[slot] = node * 0x10000 + unit;
          this.children[slot] = nodes++;
        }
        node = this.children[slot]!;
      }
      values[node] = value;
    }
    this.values = values.slice(0, nodes);
  }

  /** The node after `unit`, or -1; the root is node 0. */
  step(node: number, unit: number): number {
    const slot = this.locate(node, unit);
    return this.keys[slot] === -1 ? -1 : this.children[slot]!;
  }

  /** Value of the word that ends at a node, or -1. */
  value(node: number): number {
    return this.values[node]!;
  }

  /** Value of a part of a text, or -1 if it is no word. */
  find(text: string, start: number, end: number): number {
    let node = 0;
    for (let i = start; i < end && node >= 0; i++) node = this.step(node, text.charCodeAt(i));
    return node < 0 ? -1 : this.value(node);
  }

  private locate(node: number, unit: number): number {
    const key = node * 0x10000 + unit;
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const found = this.keys[slot]!;
      if (found === key || found === -1) return slot;
    }
  }
}
