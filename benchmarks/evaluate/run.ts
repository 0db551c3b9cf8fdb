/**
 * `npm run evaluate -- NAME`: trains and scores one experiment, and writes `benchmarks/results/evaluate-NAME.json`.
 *
 * @module
 */
import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { manualSeed, setDefaultDevice } from '@llm/nn';
import { interruptSignal } from '@llm/train';
import { installWeights } from '../../tools/pretrained/weights.ts';
import { provenance } from '../harness/machine.ts';
import { type Experiment, Interrupted, type Scores } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import { Follower } from './follow.ts';
import { addRun } from './results.ts';

const USAGE = `usage: npm run evaluate -- NAME [options]
${Object.values(experiments)
  .map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}`)
  .join('\n')}

  --seed N       a seed instead of the experiment's own (may be repeated)
  --steps N      train N steps only: a shorter schedule, marked so in the results
  --device NAME  wasm or webgpu; default: webgpu where there is a GPU, else wasm
  --fresh        start anew instead of going on from the last checkpoint

The data sets lie in the folder that LLM_DATA names. Ctrl-C saves; the same command goes on.`;

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Options {
  readonly seeds: readonly number[];
  readonly steps: number | undefined;
  readonly device: string;
  readonly fresh: boolean;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', multiple: true },
      steps: { type: 'string' },
      device: { type: 'string', default: 'auto' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(`wants one experiment\n${USAGE}`);
  const experiment = Object.hasOwn(experiments, name)
    ? experiments[name as keyof typeof experiments]
    : undefined;
  if (!experiment) throw new Error(`no experiment named ${name}\n${USAGE}`);
  const options: Options = {
    seeds: values.seed?.map((seed) => wholeNumber('--seed', seed, 0)) ?? experiment.seeds,
    steps: values.steps === undefined ? undefined : wholeNumber('--steps', values.steps, 1),
    device: values.device,
    fresh: values.fresh,
  };
  if (experiment.needsMinilm) installWeights();
  setDefaultDevice(options.device);
  for (const seed of options.seeds) await runOne(experiment, seed, options);
}

/** Trains and scores with one seed. */
async function runOne(experiment: Experiment, seed: number, options: Options): Promise<void> {
  const { steps, device, fresh } = options;
  const { name } = experiment;
  const length = steps === undefined ? '' : `-steps-${steps}`;
  const output_dir = `${root}runs/evaluate/${name}/seed-${seed}${length}`;
  if (fresh) rmSync(output_dir, { recursive: true, force: true });
  using interrupt = interruptSignal();
  const follower = new Follower();
  manualSeed(seed);
  try {
    const scores = await experiment.run({
      seed,
      signal: interrupt.signal,
      callbacks: [follower.callback(interrupt.signal)],
      args: {
        output_dir,
        seed,
        save_strategy: 'steps',
        save_total_limit: 1,
        logging_steps: 20,
        report_to: 'jsonl',
        resume_from_checkpoint: 'auto',
        ...(steps !== undefined && { max_steps: steps }),
      },
      log: (message) => console.error(message),
    });
    console.log(`${name}, seed ${seed}: ${line(scores)}`);
    const { steps: trained, seconds } = follower;
    const shortened = steps !== undefined;
    const run = { seed, steps: trained, shortened, seconds, scores, device, ...provenance() };
    console.error(`written: ${relative(root, addRun(name, run))}`);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const more = steps === undefined ? '' : ` --steps ${steps}`;
    console.error(
      `${error.message}; this goes on: npm run evaluate -- ${name} --seed ${seed}${more}`,
    );
    process.exit(130);
  }
}

function line(scores: Scores): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${option}: got ${text}, wants a whole number from ${least}`);
}

try {
  await main();
} catch (error) {
  console.error(
    `evaluate: ${error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : error}`,
  );
  process.exitCode = 1;
}
