/**
 * nanoGPT's recipe for a CPU on tinyshakespeare, trained to the end here and in PyTorch from the same
 * weights on the same batches, in turns of 100 steps. Its README reports a validation loss of 1.88.
 *
 * @module
 */
import { readCharacters, trainingBatch, validationBatches } from '../../gpt/characters.ts';
import { small } from '../../gpt/config.ts';
import { openOurGpt } from '../../gpt/ours.ts';
import { learningRate, STEPS } from '../../gpt/schedule.ts';
import type { EvaluatingTrainer } from '../../gpt/step.ts';
import { initialWeights, uniform } from '../../gpt/weights.ts';
import { type Case, type CaseContext, type Row, Unavailable } from '../../harness/case.ts';
import { collectGarbage } from '../../harness/garbage.ts';
import { MAX_LOAD, watchLoad } from '../../harness/load.ts';
import { OUR_THREADS } from '../../ours/device.ts';
import { openTorchGpt, TORCH } from '../../peers/torch.ts';

const SEEDS = [1337, 1338] as const;
/** Steps of one side before the other has its turn. */
const TURN = 100;
/** The loss that the mean of the seeds must not exceed. */
const LOSS_BAR = 1.9;

interface Side {
  readonly trainer: EvaluatingTrainer;
  /** Milliseconds of all training steps. */
  time: number;
}

/** The case: one row for the loss, one for the time. */
export const characterRecipe: Case = { name: 'nanoGPT on tinyshakespeare', run };

async function run(context: CaseContext): Promise<Row[]> {
  let data: ReturnType<typeof readCharacters>;
  try {
    data = readCharacters();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return [{ ...row(context, 'loss', 'nats'), note: `absent: ${error.message}` }];
  }
  const config = { ...small, vocabulary: data.vocabulary };
  const validation = validationBatches(data.validation, config);
  const losses: { ours: number[]; torch: number[] } = { ours: [], torch: [] };
  const times: { ours: number[]; torch: number[] } = { ours: [], torch: [] };
  let version = '';
  let absent: string | undefined;
  const loadSince = watchLoad();

  for (const seed of SEEDS) {
    const weights = initialWeights(config, seed);
    const sides: { ours: Side; torch?: Side } = {
      ours: { trainer: await openOurGpt(config, weights), time: 0 },
    };
    try {
      sides.torch = { trainer: await openTorchGpt(TORCH, config, weights, OUR_THREADS), time: 0 };
      version = sides.torch.trainer.version;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      absent = `absent: ${error.message}`;
    }
    const entries = Object.entries(sides) as ['ours' | 'torch', Side][];
    for (let first = 0; first < STEPS; first += TURN) {
      for (const [, side] of entries) {
        // the generator restarts at each turn, so both sides draw the same windows
        const next = uniform(seed * STEPS + first);
        for (let step = first; step < first + TURN; step += 1) {
          const batch = trainingBatch(data.train, config, next);
          side.time += (await side.trainer.step(batch, learningRate(step))).milliseconds;
        }
        collectGarbage();
      }
      context.log(`nanoGPT, seed ${seed}: ${first + TURN}/${STEPS} steps`);
    }
    for (const [name, side] of entries) {
      let [total, tokens] = [0, 0];
      for (const batch of validation) {
        total += (await side.trainer.evaluate(batch)) * batch.inputs.length;
        tokens += batch.inputs.length;
      }
      losses[name].push(total / tokens);
      times[name].push(side.time / 1e3);
      await side.trainer.close();
    }
  }

  const load = loadSince();
  const common = {
    version,
    load,
    samples: SEEDS.length,
    peerThreads: version === '' ? 0 : OUR_THREADS,
  };
  const [loss, torchLoss] = [mean(losses.ours), mean(losses.torch)];
  const [time, torchTime] = [mean(times.ours), mean(times.torch)];
  return [
    {
      ...row(context, 'validation loss', 'nats'),
      ...common,
      ours: loss,
      peer: 'bar',
      version: '',
      peerValue: LOSS_BAR,
      ratio: LOSS_BAR / loss!,
      bar: 1,
      oursRange: extent(losses.ours),
      note: `seeds ${SEEDS.join(', ')}: ours ${list(losses.ours)}, PyTorch ${list(losses.torch)} (mean ${torchLoss?.toFixed(3) ?? 'absent'})`,
    },
    {
      ...row(context, 'time of 2,000 steps', 's'),
      ...common,
      ours: time,
      peerValue: torchTime,
      ratio: time !== null && torchTime !== null ? torchTime / time : null,
      oursRange: extent(times.ours),
      peerRange: extent(times.torch),
      ...(load > MAX_LOAD ? { void: `load ${load.toFixed(2)} from other programs` } : {}),
      ...(absent === undefined ? {} : { note: absent }),
    },
  ];
}

/** A row without figures. */
function row(context: CaseContext, what: string, unit: string): Row {
  return {
    suite: context.suite,
    case: `${characterRecipe.name}: ${what}`,
    unit,
    ours: null,
    peer: TORCH,
    peerValue: null,
    ratio: null,
    bar: null,
    threads: OUR_THREADS,
    peerThreads: 0,
    version: '',
    load: null,
    samples: 0,
    oursRange: null,
    peerRange: null,
  };
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function extent(values: readonly number[]): [number, number] | null {
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(3)).join(', ') || 'absent';
}
