/**
 * What replaying a compiled training step costs beside its kernels: memory that stays behind.
 *
 * @module
 */
import { small } from '../../gpt/config.ts';
import { openOurGpt } from '../../gpt/ours.ts';
import { randomBatch } from '../../gpt/step.ts';
import { initialWeights } from '../../gpt/weights.ts';
import { limitRow } from '../../harness/bound.ts';
import type { Case, Row } from '../../harness/case.ts';
import { collectGarbage } from '../../harness/garbage.ts';
import { OUR_THREADS } from '../../ours/device.ts';

const REPLAYS = 1000;
/** Replays before the first reading: code is compiled and caches are full by then. */
const WARM_UP = 50;

/** Growth of the JavaScript heap over many replays. */
const heapGrowth: Case = {
  name: 'heap growth over 1,000 replays',
  async run(context): Promise<Row[]> {
    const trainer = await openOurGpt(small, initialWeights(small, 1));
    const replay = async (count: number) => {
      for (let step = 0; step < count; step += 1) {
        await trainer.step(randomBatch(small, step), 1e-3);
        if (step % 100 === 99) context.log(`heap growth: ${step + 1} replays`);
      }
    };
    await replay(WARM_UP);
    const before = await settledHeap();
    await replay(REPLAYS);
    const growth = (await settledHeap()) - before;
    await trainer.close();
    return [
      limitRow(context, {
        name: heapGrowth.name,
        unit: 'MB',
        values: [growth],
        against: 'limit',
        limit: 1,
        threads: OUR_THREADS,
        load: null,
      }),
    ];
  },
};

/** Megabytes in use after collections, with turns of the event loop between for finalizers. */
async function settledHeap(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** All cases of this file. */
export const replayCases: readonly Case[] = [heapGrowth];
