/** A queue of numbers that gives the smallest first. */
export class NumberHeap {
  private readonly items: number[] = [];

  /** Numbers in the queue. */
  get size(): number {
    return this.items.length;
  }

  /** Adds a number. */
  push(value: number): void {
    const { items } = this;
    let index = items.length;
    items.push(value);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (items[parent]! <= value) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = value;
  }

  /** Takes the smallest number out; undefined if the queue is empty. */
  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = last;
    return top;
  }
}
