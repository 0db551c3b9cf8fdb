import { evaluate } from '@llm/tensor/reference';
import { BucketBatches, type BucketOptions, paddingMask, padRows, shuffle } from '@llm/train';
import { describe, expect, it } from 'vitest';

const lengths = Array.from({ length: 50 }, (_, i) => 1 + ((i * 7) % 12));
const options: BucketOptions<number> = { length: (x) => x, buckets: [4, 8, 12], tokens: 24 };

describe('BucketBatches', () => {
  it('gives every example once an epoch, in the smallest bucket that holds it', () => {
    const loader = new BucketBatches(lengths, options);
    const batches = [...loader.epoch()];
    expect(batches).toHaveLength(loader.batchesPerEpoch);
    const given = batches.flatMap(({ examples }) => examples);
    expect([...given].sort()).toEqual([...lengths].sort());
    for (const { examples, rows, length } of batches) {
      expect(rows * length).toBe(24);
      expect(examples.length).toBeLessThanOrEqual(rows);
      for (const example of examples) {
        expect(example).toBeLessThanOrEqual(length);
        expect(example).toBeGreaterThan(length - 4);
      }
    }
  });

  it('has another order each epoch and seed, and the same for the same', () => {
    const order = (seed: number, epochs: number) => {
      const loader = new BucketBatches(lengths, { ...options, seed });
      return Array.from({ length: epochs }, () => [...loader.epoch()]);
    };
    const [first, second] = order(1, 2);
    expect(order(1, 1)).toEqual([first]);
    expect(second).not.toEqual(first);
    expect(order(2, 1)).not.toEqual([first]);
  });

  it('keeps the order without shuffling', () => {
    const loader = new BucketBatches([1, 9, 2, 10], { ...options, shuffle: false });
    expect([...loader.epoch()].map(({ examples }) => examples)).toEqual([
      [1, 2],
      [9, 10],
    ]);
  });

  it.each([0, 1, 7, 13, 30])('continues after %i batches as if it had not stopped', (count) => {
    const take = (loader: BucketBatches<number>, n: number) => {
      const found = [];
      for (const batch of loader.forever()) {
        if (found.length === n) break;
        found.push(batch);
      }
      return found;
    };
    const whole = take(new BucketBatches(lengths, options), count + 20);
    const first = new BucketBatches(lengths, options);
    const iterator = first.forever();
    for (let i = 0; i < count; i++) iterator.next();
    const resumed = new BucketBatches(lengths, options);
    resumed.state = JSON.parse(JSON.stringify(first.state));
    expect(take(resumed, 20)).toEqual(whole.slice(count));
  });

  it('refuses what it cannot batch', () => {
    expect(() => new BucketBatches([3, 13, 14], options)).toThrow(
      "2 of 3 examples are longer than the last bucket, 12; add a bucket, shorten them, or set overflow to 'drop'",
    );
    const dropped = new BucketBatches([3, 13], { ...options, overflow: 'drop' });
    expect([...dropped.epoch()].flatMap(({ examples }) => examples)).toEqual([3]);
    expect(() => new BucketBatches([1], { ...options, buckets: [8, 4] })).toThrow('ascending');
    expect(() => new BucketBatches([1], { ...options, tokens: 11 })).toThrow('got 11 for 12');
    expect(() => new BucketBatches([1], { ...options, token: 11 } as never)).toThrow("'token'");
    expect(() => new BucketBatches([], options).forever().next()).toThrow('no examples');
  });
});

describe('shuffle', () => {
  it('gives each order about equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffle(['a', 'b', 'c'], seed).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1000 each on average, with a deviation of 29
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('padRows', () => {
  const sequences = [[1, 2], [3]];

  it('fills up rows and sequences, and masks say where', () => {
    const shape = { rows: 3, length: 3 };
    const [ids, mask] = evaluate([
      padRows(sequences, { ...shape, value: 9 }).node,
      paddingMask(sequences, shape).node,
    ]);
    expect([...ids!]).toEqual([1, 2, 9, 3, 9, 9, 9, 9, 9]);
    expect([...mask!]).toEqual([0, 0, 1, 0, 1, 1, 1, 1, 1]);
  });

  it('refuses what does not fit', () => {
    expect(() => padRows(sequences, { rows: 1, length: 3, value: 0 })).toThrow('for 1 rows');
    expect(() => padRows(sequences, { rows: 2, length: 1, value: 0 })).toThrow(
      'sequence 0 has 2 tokens, wants at most 1',
    );
  });
});
