import { type Module, PreTrainedModel } from '@llm/nn';
import type { Batch, Collator, Features } from '../collators/collator.ts';
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
}

/** Makes batches of a data set, the same ones for the same seed and epoch. */
export class Loader {
  readonly #dataset: TrainerDataset;
  readonly #items: readonly Features[] | undefined;
  readonly #collate: Collator;
  readonly #prepare: (item: Features) => Features;
  readonly #options: OrderOptions;

  constructor(
    dataset: TrainerDataset,
    options: OrderOptions,
    parts: { readonly collate: Collator; readonly prepare: (item: Features) => Features },
  ) {
    this.#dataset = dataset;
    this.#items = isSized(dataset) ? [...dataset] : undefined;
    this.#collate = parts.collate;
    this.#prepare = parts.prepare;
    this.#options = options;
  }

  /** Batches in an epoch; undefined for a stream. */
  get batches(): number | undefined {
    if (!this.#items) return undefined;
    const { batchSize, dropLast } = this.#options;
    const batches = this.#items.length / batchSize;
    return dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The batches of an epoch, without the first `skip`. */
  async *epoch(epoch: number, skip = 0): AsyncGenerator<LoadedBatch> {
    let index = 0;
    for await (const items of this.#groups(epoch)) {
      if (index++ < skip) continue;
      // The stream of random numbers of a batch is its own: what came before does not matter.
      const random = new RandomSource(
        (this.#options.seed ^ 0x636f6c6c) >>> 0,
        epoch * 2 ** 20 + index,
      );
      const batch = await this.#collate(items.map(this.#prepare), random);
      yield { batch, size: items.length };
    }
  }

  async *#groups(epoch: number): AsyncGenerator<readonly Features[]> {
    const items = this.#items;
    if (items) {
      for (const batch of batchOrder(items.length, epoch, this.#options)) {
        yield batch.map((index) => items[index]!);
      }
      return;
    }
    const { batchSize, dropLast } = this.#options;
    let group: Features[] = [];
    for await (const item of this.#dataset) {
      group.push(item);
      if (group.length < batchSize) continue;
      yield group;
      group = [];
    }
    if (group.length > 0 && !dropLast) yield group;
  }
}

/**
 * Leaves out the columns that a model does not take: by `inputNames` for a model of a family; for another one those
 * that are neither numbers nor lists of numbers.
 */
export function columnFilter(
  model: Module,
  labelNames: readonly string[],
): (item: Features) => Features {
  const always = new Set([...labelNames, 'label', 'label_ids', 'labels']);
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
