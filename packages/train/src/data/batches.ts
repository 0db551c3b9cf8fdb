import { checkOptions } from '@llm/nn';
import { shuffle } from './shuffle.ts';

/** Options of `BucketBatches`. */
export interface BucketOptions<Example> {
  /** Number of tokens of an example; where it has several sequences, of the longest. */
  readonly length: (example: Example) => number;
  /** Lengths that examples are padded to, ascending; few, as each is a shape that a compiled step is traced for. */
  readonly buckets: readonly number[];
  /** Tokens in a batch, padding included: a bucket of length n has ⌊tokens / n⌋ rows. */
  readonly tokens: number;
  /** Seed of the order. Default 0. */
  readonly seed?: number;
  /** Whether examples and batches come in random order, another one each epoch. Default true. */
  readonly shuffle?: boolean;
  /** What happens to an example longer than the last bucket. Default `'error'`. */
  readonly overflow?: 'error' | 'drop';
}

/** Examples for one step. */
export interface ExampleBatch<Example> {
  /** At most `rows`; the last batch of a bucket may have fewer. */
  readonly examples: readonly Example[];
  /** Rows of the shape to pad to. */
  readonly rows: number;
  /** Length to pad to: the bucket. */
  readonly length: number;
}

/** Where a loader is; restoring it continues with the very next batch. */
export interface LoaderState {
  readonly epoch: number;
  /** Batches of the epoch that were given out. */
  readonly batch: number;
}

/**
 * Examples in batches of a few fixed shapes: each goes into the smallest bucket that holds it, and a bucket's
 * batches have as many rows as make about equally many tokens. The order is a function of seed and epoch, so
 * `state` is all that a resumed run needs.
 */
export class BucketBatches<Example> {
  readonly #options: Required<BucketOptions<Example>>;
  readonly #groups: readonly { length: number; rows: number; examples: readonly Example[] }[];
  #state: LoaderState = { epoch: 0, batch: 0 };

  /** @throws RangeError naming how many examples fit no bucket, or if a bucket or budget is unusable. */
  constructor(examples: readonly Example[], options: BucketOptions<Example>) {
    const names = ['length', 'buckets', 'tokens', 'seed', 'shuffle', 'overflow'] as const;
    checkOptions('BucketBatches', options, names);
    this.#options = { seed: 0, shuffle: true, overflow: 'error', ...options };
    const { buckets, tokens, length, overflow } = this.#options;
    buckets.forEach((size, i) => {
      if (!Number.isInteger(size) || size < 1 || size <= (buckets[i - 1] ?? 0)) {
        throw new RangeError(
          `BucketBatches: buckets must be ascending positive integers: got [${buckets.join(', ')}]`,
        );
      }
    });
    const longest = buckets.at(-1);
    if (longest === undefined) throw new RangeError('BucketBatches: wants at least one bucket');
    if (!(tokens >= longest)) {
      throw new RangeError(
        `BucketBatches: tokens must hold a row of the longest bucket: got ${tokens} for ${longest}`,
      );
    }
    const members = new Map<number, Example[]>(buckets.map((size) => [size, []]));
    let tooLong = 0;
    for (const example of examples) {
      const needed = length(example);
      const bucket = buckets.find((size) => size >= needed);
      if (bucket === undefined) tooLong++;
      else members.get(bucket)!.push(example);
    }
    if (tooLong > 0 && overflow === 'error') {
      throw new RangeError(
        `BucketBatches: ${tooLong} of ${examples.length} examples are longer than the last bucket, ${longest}; add a bucket, shorten them, or set overflow to 'drop'`,
      );
    }
    this.#groups = [...members]
      .filter(([, list]) => list.length > 0)
      .map(([size, list]) => ({ length: size, rows: Math.floor(tokens / size), examples: list }));
  }

  /** Batches in an epoch. */
  get batchesPerEpoch(): number {
    return this.#groups.reduce(
      (sum, { rows, examples }) => sum + Math.ceil(examples.length / rows),
      0,
    );
  }

  /** Where the loader is; assign it to continue from there. */
  get state(): LoaderState {
    return this.#state;
  }

  set state(state: LoaderState) {
    this.#state = { epoch: state.epoch, batch: state.batch };
  }

  /** The rest of the current epoch. */
  *epoch(): Generator<ExampleBatch<Example>> {
    const { epoch } = this.#state;
    const batches = this.#batchesOf(epoch);
    while (this.#state.epoch === epoch && this.#state.batch < batches.length) {
      const batch = batches[this.#state.batch]!;
      this.#state = { epoch, batch: this.#state.batch + 1 };
      yield batch;
    }
    if (this.#state.epoch === epoch) this.#state = { epoch: epoch + 1, batch: 0 };
  }

  /** Epochs without end, from where the loader is. */
  *forever(): Generator<ExampleBatch<Example>> {
    if (this.#groups.length === 0) throw new Error('BucketBatches: there are no examples');
    for (;;) yield* this.epoch();
  }

  #batchesOf(epoch: number): ExampleBatch<Example>[] {
    const { seed, shuffle: random } = this.#options;
    const batches = this.#groups.flatMap(({ length, rows, examples }) => {
      // Each bucket has an order of its own, and the batches (seed + 0) another.
      const order = random ? shuffle(examples, seed + length, epoch) : examples;
      return Array.from({ length: Math.ceil(order.length / rows) }, (_, i) => ({
        examples: order.slice(i * rows, (i + 1) * rows),
        rows,
        length,
      }));
    });
    return random ? shuffle(batches, seed, epoch) : batches;
  }
}
