import { writeFileAtomic } from '@llm/hub';
import { checkOptions } from '@llm/nn';
import { BadRows } from './bad-rows.ts';
import type { Row } from './row.ts';
import { shuffle } from './shuffle.ts';

/** Options of `Dataset.split`. */
export interface SplitOptions {
  /** Rows of the second part: a share below 1, or a number of rows. */
  readonly test_size: number;
  /** Seed of the order. Default 0. */
  readonly seed?: number;
  /** Whether rows are taken at random. Default true. */
  readonly shuffle?: boolean;
}

/** Rows in memory. Every method gives a new data set; the rows themselves are shared. */
export class Dataset<Item = Row> implements Iterable<Item> {
  readonly #rows: readonly Item[];
  /** Rows that were left out while loading. */
  readonly bad_rows: BadRows;

  private constructor(rows: readonly Item[], badRows: BadRows) {
    this.#rows = rows;
    this.bad_rows = badRows;
  }

  /** A data set of the rows of an array or another iterable. */
  static from<Item>(rows: Iterable<Item>, badRows = new BadRows()): Dataset<Item> {
    return new Dataset([...rows], badRows);
  }

  /** Number of rows. */
  get length(): number {
    return this.#rows.length;
  }

  /** The row at `index`, from 0. @throws RangeError if there is none. */
  at(index: number): Item {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`Dataset: wants a row from 0 to ${this.length - 1}: got ${index}`);
    }
    return this.#rows[index]!;
  }

  /** The rows in order. */
  [Symbol.iterator](): Iterator<Item> {
    return this.#rows[Symbol.iterator]();
  }

  /** Each row through a function, which may be asynchronous. */
  async map<Out>(change: (row: Item, index: number) => Out | Promise<Out>): Promise<Dataset<Out>> {
    const rows: Out[] = [];
    for (const [index, row] of this.#rows.entries()) rows.push(await change(row, index));
    return new Dataset(rows, this.bad_rows);
  }

  /** The rows that `keep` holds for. */
  filter(keep: (row: Item, index: number) => boolean): Dataset<Item> {
    return new Dataset(this.#rows.filter(keep), this.bad_rows);
  }

  /** The rows in random order; one seed gives one order on every machine. Default seed 0. */
  shuffle(options: { readonly seed?: number } = {}): Dataset<Item> {
    checkOptions('Dataset.shuffle', options, ['seed']);
    return new Dataset(shuffle(this.#rows, options.seed ?? 0), this.bad_rows);
  }

  /** The rows at these places, in this order. */
  select(indices: Iterable<number>): Dataset<Item> {
    return new Dataset(
      Array.from(indices, (index) => this.at(index)),
      this.bad_rows,
    );
  }

  /** Cuts the rows into two parts. @throws RangeError unless both get a row. */
  split(options: SplitOptions): { train: Dataset<Item>; test: Dataset<Item> } {
    checkOptions('Dataset.split', options, ['test_size', 'seed', 'shuffle']);
    const { test_size, seed = 0, shuffle: random = true } = options;
    const count = test_size < 1 ? Math.ceil(test_size * this.length) : test_size;
    if (!Number.isInteger(count) || count < 1 || count >= this.length) {
      throw new RangeError(
        `Dataset.split: test_size must leave both parts a row: got ${test_size} of ${this.length} rows`,
      );
    }
    const rows = random ? shuffle(this.#rows, seed) : this.#rows;
    const cut = this.length - count;
    return {
      train: new Dataset(rows.slice(0, cut), this.bad_rows),
      test: new Dataset(rows.slice(cut), this.bad_rows),
    };
  }

  /** The first rows. */
  take(count: number): Dataset<Item> {
    return new Dataset(this.#rows.slice(0, count), this.bad_rows);
  }

  /**
   * Writes the rows as JSON lines (Node), which `loadDataset` reads; the file holds the old rows or the new ones, never half of them.
   *
   * @throws TypeError naming the row that JSON cannot hold: numbers that are not finite, functions, big integers
   */
  async save(path: string): Promise<void> {
    const lines = this.#rows.map((row, index) => {
      return JSON.stringify(row, (key, value) => {
        const fails =
          typeof value === 'bigint' ||
          typeof value === 'function' ||
          (typeof value === 'number' && !Number.isFinite(value));
        if (fails) {
          throw new TypeError(`Dataset.save: row ${index + 1}: JSON cannot hold ${key}: ${value}`);
        }
        return ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value;
      });
    });
    await writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
  }
}
