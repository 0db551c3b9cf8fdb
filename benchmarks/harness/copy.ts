/**
 * A plain copy by several threads: the time that moving the same bytes takes, and so a bound for work
 * that is limited by memory.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { Contender } from './case.ts';

/** Cells of the control block. */
const ROUND = 0;
const DONE = 1;

/** A worker's program: at each new round it copies its share, then counts itself as done. */
const source = `
  const { workerData } = require('node:worker_threads');
  const { control, from, to, start, end } = workerData;
  const flags = new Int32Array(control);
  const source = new Float32Array(from).subarray(start, end);
  const target = new Float32Array(to).subarray(start, end);
  for (let round = 0; ; ) {
    Atomics.wait(flags, ${ROUND}, round);
    round = Atomics.load(flags, ${ROUND});
    if (round < 0) break;
    target.set(source);
    Atomics.add(flags, ${DONE}, 1);
    Atomics.notify(flags, ${DONE});
  }`;

/** A contender that copies `values` into an array of its own, both of them written before. */
export async function openCopy(threads: number, values: Float32Array): Promise<Contender> {
  const control = new SharedArrayBuffer(8);
  const flags = new Int32Array(control);
  const from = new SharedArrayBuffer(values.byteLength);
  const to = new SharedArrayBuffer(values.byteLength);
  new Float32Array(from).set(values);
  const share = Math.ceil(values.length / threads);
  const workers = Array.from({ length: threads }, (_, index) => {
    const start = index * share;
    const end = Math.min(start + share, values.length);
    return new Worker(source, { eval: true, workerData: { control, from, to, start, end } });
  });
  await Promise.all(
    workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))),
  );
  return {
    name: 'copy',
    version: '',
    threads,
    async prepare() {},
    async run() {
      const begin = performance.now();
      Atomics.store(flags, DONE, 0);
      Atomics.add(flags, ROUND, 1);
      Atomics.notify(flags, ROUND);
      for (let done = 0; done < threads; done = Atomics.load(flags, DONE)) {
        Atomics.wait(flags, DONE, done);
      }
      return performance.now() - begin;
    },
    result: async () => new Float32Array(to),
    async close() {
      Atomics.store(flags, ROUND, -1);
      Atomics.notify(flags, ROUND);
      await Promise.all(
        workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
      );
    },
  };
}
