import { htmlReport } from '../logs/html-report.ts';
import { jsonlLogger } from '../logs/jsonl.ts';
import { tensorBoardLogger } from '../logs/tensorboard.ts';
import { progressBar } from '../loop/progress-bar.ts';
import { SpeedMeter } from '../loop/speed.ts';
import type { TrainingArguments } from './arguments.ts';
import type { TrainerCallback } from './callback.ts';

/**
 * The followers that `report_to` names.
 *
 * @throws TypeError for a name that is not known
 */
export function reportersOf(args: TrainingArguments): TrainerCallback[] {
  const names = typeof args.report_to === 'string' ? [args.report_to] : (args.report_to ?? []);
  return names.flatMap((name) => {
    if (name === 'none') return [];
    const make = reporters.get(name);
    if (make) return make();
    throw new TypeError(
      `TrainingArguments: report_to takes ${[...reporters.keys(), 'none'].map((each) => `'${each}'`).join(', ')}: got '${name}'`,
    );
  });
}

const reporters = new Map<string, () => TrainerCallback>([
  ['jsonl', jsonlLogger],
  ['tensorboard', tensorBoardLogger],
  ['html', htmlReport],
]);

/** The progress bar, in Node unless it is turned off. */
export function progressOf(args: TrainingArguments): TrainerCallback[] {
  if (args.disable_tqdm || !isNode()) return [];
  const bar = progressBar();
  let meter = new SpeedMeter(0);
  let [start, before] = [0, 0];
  return [
    {
      async on_train_begin(_args, state) {
        start = performance.now() / 1000;
        before = state.num_input_tokens_seen;
        meter = new SpeedMeter(start);
        await bar.onTrainBegin?.({ startStep: state.global_step, steps: state.max_steps });
      },
      async on_step_end(_args, state, _control, { loss = Number.NaN }) {
        const now = performance.now() / 1000;
        const tokens = state.num_input_tokens_seen - before;
        before = state.num_input_tokens_seen;
        meter.add(now, tokens);
        if (Number.isNaN(loss)) return; // no step's loss is known yet
        await bar.onStep?.({
          step: state.global_step,
          steps: state.max_steps,
          loss,
          learningRate: undefined,
          tokens,
          tokensPerSecond: meter.tokensPerSecond,
          elapsedSeconds: now - start,
          remainingSeconds: meter.secondsPerStep * (state.max_steps - state.global_step),
        });
      },
      async on_train_end() {
        await bar.onTrainEnd?.(undefined);
      },
    },
  ];
}

function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}
