import { Dataset, IterableDataset, interleaveDatasets } from '@llm/train';
import { describe, expect, it } from 'vitest';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('Dataset', () => {
  it('maps, filters, selects and shuffles by seed', async () => {
    const rows = Dataset.from(numbers(10));
    expect([...(await rows.map(async (n) => n * 2))]).toEqual(numbers(10).map((n) => n * 2));
    expect([...rows.filter((n) => n > 7)]).toEqual([8, 9]);
    expect([...rows.select([3, 1])]).toEqual([3, 1]);
    expect([...rows.take(2)]).toEqual([0, 1]);
    const shuffled = [...rows.shuffle({ seed: 1 })];
    expect(shuffled).toEqual([...rows.shuffle({ seed: 1 })]);
    expect(shuffled).not.toEqual([...rows.shuffle({ seed: 2 })]);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(numbers(10));
    expect(() => rows.at(10)).toThrow('a row from 0 to 9: got 10');
  });

  it('splits into two parts without a common row', () => {
    const { train, test } = Dataset.from(numbers(10)).split({ test_size: 0.25, seed: 3 });
    expect([train.length, test.length]).toEqual([7, 3]);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(numbers(10));
    expect([...Dataset.from(numbers(4)).split({ test_size: 1, shuffle: false }).test]).toEqual([3]);
    expect(() => Dataset.from([1]).split({ test_size: 0.5 })).toThrow('both parts a row');
  });
});

describe('IterableDataset', () => {
  it('computes what is wanted, and nothing before', async () => {
    let made = 0;
    const rows = IterableDataset.from(function* () {
      for (let i = 0; ; i++) {
        made++;
        yield i;
      }
    });
    const odd = rows
      .filter((n) => n % 2 === 1)
      .map((n) => -n)
      .skip(1)
      .take(2);
    expect(made).toBe(0);
    expect(await collect(odd)).toEqual([-3, -5]);
    expect(made).toBe(6);
  });

  it('shuffles within a buffer, the same in each pass', async () => {
    const rows = IterableDataset.from(numbers(100)).shuffle({ seed: 5, buffer_size: 10 });
    const order = await collect(rows);
    expect(order).toEqual(await collect(rows));
    expect(order).not.toEqual(numbers(100));
    expect(order.every((n, place) => place >= n - 10)).toBe(true);
    expect(order.sort((a, b) => a - b)).toEqual(numbers(100));
  });
});

describe('interleaveDatasets', () => {
  it('takes turns until the first, or all, have ended', async () => {
    const parts = [[1, 2, 3], Dataset.from([10])];
    expect(await collect(interleaveDatasets<number>(parts))).toEqual([1, 10, 2]);
    const all = interleaveDatasets<number>(parts, { stopping_strategy: 'all_exhausted' });
    expect(await collect(all)).toEqual([1, 10, 2, 10, 3, 10]);
  });

  it('chooses by probabilities', async () => {
    const endless = (value: number) => IterableDataset.from(() => repeat(value));
    const mixed = interleaveDatasets([endless(0), endless(1)], { probabilities: [0.2, 0.8] });
    const drawn = await collect(mixed.take(2000));
    const share = drawn.reduce((sum, n) => sum + n, 0) / drawn.length;
    expect(share).toBeGreaterThan(0.76); // 0.8 ± 4.5 standard deviations
    expect(share).toBeLessThan(0.84);
    expect(() => interleaveDatasets([[1]], { probabilities: [0.5] })).toThrow('of sum 1');
  });
});

function* repeat<Value>(value: Value): Generator<Value> {
  for (;;) yield value;
}
