import { expect, test } from 'vitest';
import { type Contender, Unavailable } from '../harness/case.ts';
import { sideBySide } from '../harness/side-by-side.ts';

const context = { suite: 'test', log: () => {} };

/** A contender that reports the times given, one per run, and writes its name into the log. */
function fake(name: string, times: readonly number[], log: string[], value = 1): Contender {
  let runs = 0;
  return {
    name,
    version: '1.0',
    threads: 2,
    prepare: async (round) => void log.push(`${name} prepare ${round}`),
    run: async () => {
      log.push(`${name} run`);
      return times[runs++ % times.length]!;
    },
    result: async () => [value],
    close: async () => void log.push(`${name} close`),
  };
}

test('contenders take turns, and the ratio is that of medians', async () => {
  const log: string[] = [];
  const [row] = await sideBySide({
    name: 'case',
    tolerance: 1e-5,
    warmUp: 1,
    operations: 8e6,
    ours: async () => fake('ours', [2], log),
    peers: [{ name: 'peer', open: async () => fake('peer', [4, 4, 100], log), bar: 1.5 }],
  }).run(context);
  expect(row).toMatchObject({ ours: 4, peerValue: 2, ratio: 2, bar: 1.5, samples: 10 });
  expect(row).toMatchObject({ unit: 'GFLOP/s', peerRange: [0.08, 2], peerThreads: 2 });
  const runs = log.filter((line) => line.endsWith('run')).map((line) => line.split(' ')[0]);
  expect(runs).toEqual(Array.from({ length: 11 }, () => ['ours', 'peer']).flat());
  expect(log.slice(-2)).toEqual(['ours close', 'peer close']);
});

test('a peer whose result differs gets a void row that says how', async () => {
  const [row] = await sideBySide({
    name: 'case',
    tolerance: 1e-5,
    ours: async () => fake('ours', [1], []),
    peers: [{ name: 'peer', open: async () => fake('peer', [1], [], 1.5) }],
  }).run(context);
  expect(row!.void).toContain('results differ at 0: ours 1, peer 1.5');
});

test('a bound is not compared', async () => {
  const [row] = await sideBySide({
    name: 'case',
    tolerance: 1e-5,
    ours: async () => fake('ours', [1], []),
    peers: [{ name: 'copy', open: async () => fake('copy', [1], [], 99), bound: true }],
  }).run(context);
  expect(row!.void ?? '').not.toContain('differ');
});

test('a peer that cannot run gets a row that says why', async () => {
  const [row] = await sideBySide({
    name: 'case',
    tolerance: 1e-5,
    ours: async () => fake('ours', [1], []),
    peers: [
      {
        name: 'peer',
        open: () => Promise.reject(new Unavailable('unsupported', 'no kernel Foo')),
        bar: 2,
      },
    ],
  }).run(context);
  expect(row).toMatchObject({ peer: 'peer', ratio: null, note: 'unsupported: no kernel Foo' });
});

test('fewer than ten rounds are refused', async () => {
  const one = sideBySide({
    name: 'case',
    tolerance: 1e-5,
    rounds: 3,
    ours: async () => fake('ours', [1], []),
    peers: [],
  });
  await expect(one.run(context)).rejects.toThrow('got 3 rounds, wants at least 10');
});
