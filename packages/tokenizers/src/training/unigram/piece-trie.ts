/** Pieces by their characters: finds all pieces that a text starts with. */
export class PieceTrie {
  /** Number of the piece that ends at each node, or -1. */
  private values = new Int32Array(1024).fill(-1);
  private nodes = 1;
  /** An open-addressing table from node and character to the next node. */
  private parents = new Int32Array(4096);
  private characters = new Int32Array(4096);
  private children = new Int32Array(4096);

  /** @param pieces - The pieces; their numbers are their places in the list. */
  constructor(pieces: Iterable<string>) {
    let number = 0;
    for (const piece of pieces) {
      let node = 0;
      for (let i = 0; i < piece.length; ) {
        const character = piece.codePointAt(i)!;
        node = this.child(node, character) || this.add(node, character);
        i += character > 0xffff ? 2 : 1;
      }
      this.values[node] = number++;
    }
  }

  /** The node after `node` and a character, or 0. The root is node 0. */
  child(node: number, character: number): number {
    const { children } = this;
    const mask = children.length - 1;
    for (let slot = hash(node, character) & mask; ; slot = (slot + 1) & mask) {
      const child = children[slot]!;
      if (child === 0) return 0;
      if (this.parents[slot] === node && this.characters[slot] === character) return child;
    }
  }

  /** The number of the piece that ends at a node, or -1. */
  value(node: number): number {
    return this.values[node]!;
  }

  private add(node: number, character: number): number {
    if (this.nodes * 2 >= this.children.length) this.rehash();
    const child = this.nodes++;
    if (child === this.values.length) {
      const larger = new Int32Array(2 * child).fill(-1);
      larger.set(this.values);
      this.values = larger;
    }
    this.place(node, character, child);
    return child;
  }

  private place(node: number, character: number, child: number): void {
    const mask = this.children.length - 1;
    let slot = hash(node, character) & mask;
    while (this.children[slot] !== 0) slot = (slot + 1) & mask;
    this.parents[slot] = node;
    this.characters[slot] = character;
    this.children[slot] = child;
  }

  private rehash(): void {
    const { parents, characters, children } = this;
    const length = children.length * 4;
    this.parents = new Int32Array(length);
    this.characters = new Int32Array(length);
    this.children = new Int32Array(length);
    for (let slot = 0; slot < children.length; slot++) {
      if (children[slot] !== 0) this.place(parents[slot]!, characters[slot]!, children[slot]!);
    }
  }
}

function hash(node: number, character: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(character, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
