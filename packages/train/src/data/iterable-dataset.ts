import { checkOptions } from '@llm/nn';
import { RandomSource } from './random-source.ts';
import type { Row } from './row.ts';

/** Makes the rows of one pass. */
type Pass<Item> = () => AsyncIterable<Item> | Iterable<Item>;

/** Options of `IterableDataset.shuffle`. */
export interface StreamShuffleOptions {
  /** Seed of the order. Default 0. */
  readonly seed?: number;
  /** Rows held at a time: a row moves forward by at most so many places. Default 1000. */
  readonly buffer_size?: number;
}

/**
 * Rows that are made as they are wanted: for data larger than memory. Each iteration is one pass from the start;
 * nothing is computed before.
 */
export class IterableDataset<Item = Row> implements AsyncIterable<Item> {
  readonly #pass: Pass<Item>;

  private constructor(pass: Pass<Item>) {
    this.#pass = pass;
  }

  /** A data set over a function that starts a pass, or over something that can be iterated several times. */
  static from<Item>(
    source: Pass<Item> | Iterable<Item> | AsyncIterable<Item>,
  ): IterableDataset<Item> {
    return new IterableDataset(typeof source === 'function' ? source : () => source);
  }

  /** A new pass over the rows. */
  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    yield* this.#pass();
  }

  /** Each row through a function. */
  map<Out>(change: (row: Item, index: number) => Out | Promise<Out>): IterableDataset<Out> {
    const rows = this;
    return new IterableDataset(async function* () {
      let index = 0;
      for await (const row of rows) yield await change(row, index++);
    });
  }

  /** The rows that `keep` holds for. */
  filter(keep: (row: Item, index: number) => boolean): IterableDataset<Item> {
    const rows = this;
    return new IterableDataset(async function* () {
      let index = 0;
      for await (const row of rows) if (keep(row, index++)) yield row;
    });
  }

  /** The first rows. */
  take(count: number): IterableDataset<Item> {
    const rows = this;
    return new IterableDataset(async function* () {
      let left = count;
      if (left <= 0) return;
      for await (const row of rows) {
        yield row;
        if (--left <= 0) return;
      }
    });
  }

  /** All rows but the first ones. */
  skip(count: number): IterableDataset<Item> {
    return this.filter((_, index) => index >= count);
  }

  /** The rows in an order that is random within a buffer, the same in each pass. */
  shuffle(options: StreamShuffleOptions = {}): IterableDataset<Item> {
    checkOptions('IterableDataset.shuffle', options, ['seed', 'buffer_size']);
    const { seed = 0, buffer_size = 1000 } = options;
    if (!Number.isInteger(buffer_size) || buffer_size < 1) {
      throw new RangeError(
        `IterableDataset.shuffle: buffer_size must be at least 1: got ${buffer_size}`,
      );
    }
    const rows = this;
    return new IterableDataset(async function* () {
      const random = new RandomSource(seed);
      const buffer: Item[] = [];
      for await (const row of rows) {
        if (buffer.length < buffer_size) buffer.push(row);
        else {
          const place = random.below(buffer_size);
          yield buffer[place]!;
          buffer[place] = row;
        }
      }
      yield* random.shuffle(buffer);
    });
  }
}
