import { type Module, PreTrainedModel } from '@llm/nn';
import type { Batch, Collator, Features } from '../collators/collator.ts';
import { ExampleError } from '../collators/example-error.ts';
import { BadRowError } from '../data/bad-rows.ts';
import { inOrder, type Task } from '../data/in-order.ts';
import { RandomSource } from '../data/random-source.ts';
import { batchOrder, type OrderOptions } from './order.ts';

/** Examples in memory: an array, a `Dataset`. */
export interface SizedDataset<Item = Features> extends Iterable<Item> {
  readonly length: number;
}

/** What a trainer is fed: examples in memory, or a stream of them such as an `IterableDataset`. */
export type TrainerDataset<Item = Features> = SizedDataset<Item> | AsyncIterable<Item>;

/** Whether the number of examples is known. */
export function isSized(dataset: TrainerDataset): dataset is SizedDataset {
  return 'length' in dataset && Number.isInteger(dataset.length);
}

/** A batch with what is told about it. */
export interface LoadedBatch {
  readonly batch: Batch;
  /** Examples in it. */
  readonly size: number;
  /** Where an example stands, `row 7 of train_dataset`; undefined where the collator made other examples of them. */
  readonly rowOf: (example: number, examples: number) => string | undefined;
}

/** What can be done about a row that a collator cannot use. */
const remedy =
  'mend the row, or leave such rows out: filter the data set, or name its columns to loadDataset';

/** Examples of a batch, and where they stand in the data set, from 0. */
interface Group {
  readonly items: readonly Features[];
  readonly places: readonly number[];
}

/** What a loader is made with, besides the order. */
interface LoaderParts {
  readonly collate: Collator;
  readonly prepare: (item: Features) => Features;
  /** Batches that are made side by side while the caller works; 0 makes them when they are asked for. */
  readonly ahead: number;
  /** What the data set is called in errors. */
  readonly name: string;
}

/** Makes batches of a data set, the same ones for the same seed and epoch. */
export class Loader {
  readonly #dataset: TrainerDataset;
  readonly #items: readonly Features[] | undefined;
  readonly #parts: LoaderParts;
  readonly #options: OrderOptions;

  constructor(dataset: TrainerDataset, options: OrderOptions, parts: LoaderParts) {
    this.#dataset = dataset;
    this.#items = isSized(dataset) ? [...dataset] : undefined;
    this.#parts = parts;
    this.#options = options;
  }

  /** Batches in an epoch; undefined for a stream. */
  get batches(): number | undefined {
    if (!this.#items) return undefined;
    const { batchSize, dropLast } = this.#options;
    const batches = this.#items.length / batchSize;
    return dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The batches of an epoch, without the first `skip`. Their order does not depend on how they are made. */
  epoch(epoch: number, skip = 0): AsyncGenerator<LoadedBatch> {
    return inOrder(this.#tasks(epoch, skip), this.#parts.ahead);
  }

  async *#tasks(epoch: number, skip: number): AsyncGenerator<Task<LoadedBatch>> {
    let index = 0;
    for await (const group of this.#groups(epoch)) {
      if (index++ < skip) continue;
      const number = index;
      yield () => this.#make(group, epoch, number);
    }
  }

  async #make({ items, places }: Group, epoch: number, number: number): Promise<LoadedBatch> {
    const { collate, prepare, name } = this.#parts;
    // The stream of random numbers of a batch is its own: what came before does not matter.
    const random = new RandomSource(
      (this.#options.seed ^ 0x636f6c6c) >>> 0,
      epoch * 2 ** 20 + number,
    );
    try {
      return {
        batch: await collate(items.map(prepare), random),
        size: items.length,
        rowOf: (example, examples) =>
          examples === items.length ? `row ${places[example]! + 1} of ${name}` : undefined,
      };
    } catch (error) {
      if (!(error instanceof ExampleError)) throw error;
      throw new BadRowError(name, places[error.example]! + 1, error.problem, remedy);
    }
  }

  async *#groups(epoch: number): AsyncGenerator<Group> {
    const items = this.#items;
    if (items) {
      for (const places of batchOrder(items.length, epoch, this.#options)) {
        yield { items: places.map((place) => items[place]!), places };
      }
      return;
    }
    const { batchSize, dropLast } = this.#options;
    let group: Features[] = [];
    let count = 0;
    const places = () => group.map((_, i) => count - group.length + i);
    for await (const item of this.#dataset) {
      group.push(item);
      count++;
      if (group.length < batchSize) continue;
      yield { items: group, places: places() };
      group = [];
    }
    if (group.length > 0 && !dropLast) yield { items: group, places: places() };
  }
}

/**
 * Leaves out the columns that neither the model takes nor the collator works on: by `inputNames` for a model of a family; for another one those
 * that are neither numbers nor lists of numbers.
 */
export function columnFilter(
  model: Module,
  labelNames: readonly string[],
  { columns = [] }: Collator,
): (item: Features) => Features {
  const always = new Set([...labelNames, ...columns, 'label', 'label_ids', 'labels']);
  const takes =
    model instanceof PreTrainedModel
      ? new Set<string>([...model.inputNames, ...always])
      : undefined;
  return (item) =>
    Object.fromEntries(
      Object.entries(item).filter(([name, value]) =>
        takes ? takes.has(name) : always.has(name) || isNumeric(value),
      ),
    );
}

function isNumeric(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || ArrayBuffer.isView(value))
    return true;
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
