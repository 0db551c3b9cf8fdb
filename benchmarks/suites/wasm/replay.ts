/**
 * What replaying a compiled training step costs beside its kernels: time between them, memory beyond the
 * plan's, and what stays behind on the JavaScript heap.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '@llm/tensor/backend';
import { type GptConfig, large, small } from '../../gpt/config.ts';
import { openOurGpt } from '../../gpt/ours.ts';
import { randomBatch } from '../../gpt/step.ts';
import { initialWeights } from '../../gpt/weights.ts';
import { limitRow } from '../../harness/bound.ts';
import type { Case, CaseContext, Row } from '../../harness/case.ts';
import { collectGarbage } from '../../harness/garbage.ts';
import { watchLoad } from '../../harness/load.ts';
import { median } from '../../harness/statistics.ts';
import { OUR_THREADS, withRecordedWasm } from '../../ours/device.ts';
import { planMemory } from '../../ours/plan-memory.ts';

const ROUNDS = 15;
const WARM_UP = 3;
/** Pause after a collection, whose threads would otherwise sweep beside the step but not beside its profile. */
const SETTLE_MILLISECONDS = 20;
const LEARNING_RATE = 1e-3;
const MEGABYTE = 1e6;

/** Largest share of a step's time that may not be kernel time. */
const sizes: readonly { name: string; config: GptConfig; overhead: number }[] = [
  { name: 'large', config: large, overhead: 0.03 },
  { name: 'small', config: small, overhead: 0.08 },
];

const replayCase = ({ name, config, overhead }: (typeof sizes)[number]): Case => {
  const title = `replay, ${name} GPT step`;
  return {
    name: title,
    run: (context) =>
      withRecordedWasm(async (backend) => {
        const trainer = await openOurGpt(config, initialWeights(config, 1));
        const walls: number[] = [];
        const kernels: number[] = [];
        for (let round = 0; round < WARM_UP; round += 1) {
          await trainer.step(randomBatch(config, round), LEARNING_RATE);
        }
        const loadSince = watchLoad();
        for (let round = 0; round < ROUNDS; round += 1) {
          const batch = randomBatch(config, WARM_UP + round);
          collectGarbage();
          await sleep(SETTLE_MILLISECONDS);
          walls.push((await trainer.step(batch, LEARNING_RATE)).milliseconds);
          const timings = await backend.profileLast();
          kernels.push(timings.reduce((total, { milliseconds }) => total + milliseconds, 0));
          context.log(`${title}: round ${round + 1}/${ROUNDS}`);
        }
        const load = loadSince();
        // What setting up left behind goes first: the plan knows of one replay alone.
        await settle();
        backend.resetPeak();
        await trainer.step(randomBatch(config, WARM_UP + ROUNDS), LEARNING_RATE);
        const { peak } = backend.memory();
        await trainer.close();
        const share = 1 - median(kernels) / median(walls);
        return [
          limitRow(context, {
            name: `${title}: time outside kernels`,
            unit: 'share',
            values: [Math.max(0, share)],
            against: 'limit',
            limit: overhead,
            threads: OUR_THREADS,
            load,
            note: `${median(walls).toFixed(1)} ms a step, ${median(kernels).toFixed(1)} ms in kernels (of the slowest thread)`,
          }),
          ...memoryRows(context, title, backend.lastPlan, peak),
        ];
      }),
  };
};

/** The high-water mark of one replay: how far off the planner's prediction, and against what is live at once. */
function memoryRows(context: CaseContext, title: string, plan: Plan, peak: number): Row[] {
  const { bound, arena, live } = planMemory(plan);
  const planned = bound + arena;
  const common = { threads: OUR_THREADS, load: null };
  return [
    limitRow(context, {
      ...common,
      name: `${title}: peak memory, distance from the plan`,
      unit: 'share',
      values: [Math.abs(peak / planned - 1)],
      against: 'limit',
      limit: 0.05,
      note: `peak ${megabytes(peak)}, planned ${megabytes(planned)}`,
    }),
    limitRow(context, {
      ...common,
      name: `${title}: peak memory`,
      unit: 'MB',
      values: [peak / MEGABYTE],
      against: '1.2 × live',
      limit: (1.2 * (bound + live)) / MEGABYTE,
    }),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

const REPLAYS = 1000;
/** Replays before the first reading: code is compiled and caches are full by then. */
const HEAP_WARM_UP = 50;

/** Growth of the JavaScript heap over many replays. */
const heapGrowth: Case = {
  name: 'heap growth over 1,000 replays',
  async run(context): Promise<Row[]> {
    const trainer = await openOurGpt(small, initialWeights(small, 1));
    const replay = async (count: number) => {
      for (let step = 0; step < count; step += 1) {
        await trainer.step(randomBatch(small, step), LEARNING_RATE);
        if (step % 100 === 99) context.log(`${heapGrowth.name}: ${step + 1}`);
      }
    };
    await replay(HEAP_WARM_UP);
    const before = await settledHeap();
    await replay(REPLAYS);
    const growth = (await settledHeap()) - before;
    await trainer.close();
    const common = { name: heapGrowth.name, against: 'limit', threads: OUR_THREADS, load: null };
    return [limitRow(context, { ...common, unit: 'MB', values: [growth], limit: 1 })];
  },
};

/** Collects garbage, with turns of the event loop for finalizers. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    collectGarbage();
    await sleep(10);
  }
}

/** Megabytes in use after collections. */
async function settledHeap(): Promise<number> {
  await settle();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MEGABYTE;
}

/** All cases of this file. */
export const replayCases: readonly Case[] = [...sizes.map(replayCase), heapGrowth];
