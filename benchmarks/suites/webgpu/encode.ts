/**
 * The time that JavaScript and Dawn take to encode and submit one dispatch of a replay.
 *
 * @module
 */
import { createWebGpuBackend } from '@llm/kernels-webgpu';
import { limitRow } from '../../harness/bound.ts';
import type { Case } from '../../harness/case.ts';
import { collectGarbage } from '../../harness/garbage.ts';
import { watchLoad } from '../../harness/load.ts';
import { openScale } from './launches.ts';

const DISPATCHES = 500;
const ROUNDS = 30;
/** Rounds before, after which engines have compiled what runs often. */
const WARM_UP = 20;
const NAME = 'encode and submit, one dispatch';

/** At most 5 µs. */
export const encodeCases: readonly Case[] = [
  {
    name: NAME,
    async run(context) {
      const backend = await createWebGpuBackend();
      const loadSince = watchLoad();
      const values = await encodeTimes(backend, ROUNDS);
      const load = loadSince();
      await backend.dispose();
      const unit = 'µs';
      return [
        limitRow(context, {
          ...{ name: NAME, unit, values, against: 'limit', limit: 5, threads: 1, load },
          note: `${DISPATCHES} dispatches of 64 numbers in one submit`,
        }),
      ];
    },
  },
];

/** Microseconds a dispatch takes the CPU, in so many rounds after those that warm up. */
export async function encodeTimes(
  backend: Awaited<ReturnType<typeof createWebGpuBackend>>,
  rounds: number,
): Promise<number[]> {
  const scale = await openScale(backend, 64, DISPATCHES);
  const values: number[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    collectGarbage();
    const start = performance.now();
    const done = scale.run();
    const microseconds = 1000 * (performance.now() - start);
    await done;
    if (round >= 0) values.push(microseconds / DISPATCHES);
  }
  scale.close();
  return values;
}
