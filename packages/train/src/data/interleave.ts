import { checkOptions } from '@llm/nn';
import { IterableDataset } from './iterable-dataset.ts';
import { RandomSource } from './random-source.ts';

/** Options of `interleaveDatasets`, as of Python's `interleave_datasets`. */
export interface InterleaveOptions {
  /** Share of each data set; without them they take turns. */
  readonly probabilities?: readonly number[];
  /** Seed of the choice. Default 0. */
  readonly seed?: number;
  /** Whether it ends with the first data set that ends, or when all have been used up once, the shorter ones repeated. Default `'first_exhausted'`. */
  readonly stopping_strategy?: 'first_exhausted' | 'all_exhausted';
}

/** Rows of several data sets in turn, or at random by `probabilities`. @throws RangeError for shares that do not fit. */
export function interleaveDatasets<Item>(
  datasets: readonly (Iterable<Item> | AsyncIterable<Item>)[],
  options: InterleaveOptions = {},
): IterableDataset<Item> {
  checkOptions('interleaveDatasets', options, ['probabilities', 'seed', 'stopping_strategy']);
  const { probabilities, seed = 0, stopping_strategy = 'first_exhausted' } = options;
  if (datasets.length === 0) throw new RangeError('interleaveDatasets: got no data sets');
  const sum = probabilities?.reduce((total, share) => total + share, 0);
  if (
    probabilities &&
    (probabilities.length !== datasets.length ||
      probabilities.some((share) => !(share >= 0)) ||
      Math.abs(sum! - 1) > 1e-6)
  ) {
    throw new RangeError(
      `interleaveDatasets: wants ${datasets.length} probabilities of sum 1: got [${probabilities.join(', ')}]`,
    );
  }
  if (stopping_strategy !== 'first_exhausted' && stopping_strategy !== 'all_exhausted') {
    throw new TypeError(`interleaveDatasets: unknown stopping_strategy '${stopping_strategy}'`);
  }
  return IterableDataset.from(async function* () {
    const random = new RandomSource(seed);
    const iterators = datasets.map(iterate);
    const ended = datasets.map(() => false);
    for (let turn = 0; ; turn++) {
      const index = probabilities ? choose(probabilities, random) : turn % datasets.length;
      let next = await iterators[index]!.next();
      if (next.done) {
        ended[index] = true;
        if (stopping_strategy === 'first_exhausted' || ended.every(Boolean)) return;
        iterators[index] = iterate(datasets[index]!);
        next = await iterators[index]!.next();
        if (next.done) throw new Error(`interleaveDatasets: data set ${index} has no rows`);
      }
      yield next.value;
    }
  });
}

function iterate<Item>(rows: Iterable<Item> | AsyncIterable<Item>) {
  return Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
}

function choose(probabilities: readonly number[], random: RandomSource): number {
  let left = random.next();
  for (const [index, share] of probabilities.entries()) {
    left -= share;
    if (left < 0) return index;
  }
  return probabilities.length - 1;
}
