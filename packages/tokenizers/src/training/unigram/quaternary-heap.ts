/** Children of each item. */
const ARITY = 4;

/**
 * A queue that gives the largest item first. Among equal items it gives the one that the Rust crate
 * `dary_heap` gives for an order in which nothing equals anything, which is what {@link twoBest}
 * depends on: an equal item that comes later goes to the front.
 */
export class QuaternaryHeap<Item> {
  readonly #items: Item[] = [];
  readonly #less: (a: Item, b: Item) => boolean;

  /** @param less - Whether `a` is smaller than `b`. */
  constructor(less: (a: Item, b: Item) => boolean) {
    this.#less = less;
  }

  /** Items in the queue. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item. */
  push(item: Item): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** Takes the largest item out; undefined if there is none. */
  pop(): Item | undefined {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return last;
    const top = items[0];
    // The last item goes to the bottom along the largest children, then rises.
    let index = 0;
    for (let first = 1; first < items.length; first = ARITY * index + 1) {
      let child = first;
      for (let other = first + 1; other < Math.min(first + ARITY, items.length); other++) {
        if (this.#less(items[child]!, items[other]!)) child = other;
      }
      items[index] = items[child]!;
      index = child;
    }
    items[index] = last;
    this.#rise(index);
    return top;
  }

  #rise(index: number): void {
    const items = this.#items;
    const item = items[index]!;
    let at = index;
    while (at > 0) {
      const parent = Math.floor((at - 1) / ARITY);
      if (this.#less(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }
}
