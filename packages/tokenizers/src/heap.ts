/** A queue that gives the first item of an order, whatever the order in which items came (a binary heap). */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #precedes: (a: Item, b: Item) => boolean;

  /** @param precedes - Whether `a` comes out before `b`. */
  constructor(precedes: (a: Item, b: Item) => boolean) {
    this.#precedes = precedes;
  }

  /** Items in the queue. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item. */
  push(item: Item): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#precedes(item, items[parent]!)) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = item;
  }

  /** Takes the first item out; undefined if there is none. */
  pop(): Item | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#precedes(items[child + 1]!, items[child]!)) child++;
      if (!this.#precedes(items[child]!, last)) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = last;
    return top;
  }
}
