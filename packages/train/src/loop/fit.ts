import { checkOptions, type Tensor } from '@llm/nn';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Scheduler } from '../schedules/scheduler.ts';
import type { FitResult, StepEvent, StopReason, TrainingCallback } from './callback.ts';
import { NonFiniteLossError } from './errors.ts';
import { SpeedMeter } from './speed.ts';

/** Options of `fit`. */
export interface FitOptions<Batch> {
  /** One training step: forward, backward, update; usually a compiled function. Its loss is a scalar. */
  readonly step: (batch: Batch) => StepOutput | Promise<StepOutput>;
  /** What the steps are fed, one batch each. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Number of the last step of the run, those before a resume included. */
  readonly steps: number;
  /** Steps that were done before this call. Default 0. */
  readonly startStep?: number;
  /** Told of each step, so that it sets the next learning rate. */
  readonly scheduler?: Scheduler;
  /** The optimizer whose learning rate is reported. */
  readonly optimizer?: Optimizer;
  /** Tokens in a batch, for the speed. */
  readonly tokens?: (batch: Batch) => number;
  /** Followers of the run. */
  readonly callbacks?: readonly TrainingCallback[];
  /** Saves the run every so many steps, between two of them: everything is as that step left it. */
  readonly checkpoint?: {
    readonly every: number;
    /** Saves what belongs to the run after `step`. */
    readonly save: (step: number) => void | Promise<void>;
  };
  /** Ends the run after the step it is in; what to save then is the caller's choice. See `interruptSignal`. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock. Default `performance.now`. */
  readonly now?: () => number;
}

/** What a step gives back. */
export interface StepOutput {
  readonly loss: Tensor;
}

/** Names of the options of `fit`, for checking. */
const optionNames = [
  'step',
  'batches',
  'steps',
  'startStep',
  'scheduler',
  'optimizer',
  'tokens',
  'callbacks',
  'checkpoint',
  'signal',
  'now',
] as const;

/**
 * Runs training steps until they are done, the batches end, or the signal asks to stop.
 *
 * The device is kept busy: a loss is read while the next step runs, so callbacks hear of a step when the next
 * one has been submitted.
 *
 * @throws NonFiniteLossError naming the step whose loss is NaN or infinite.
 */
export async function fit<Batch>(options: FitOptions<Batch>): Promise<FitResult> {
  checkOptions('fit', options, optionNames);
  const { steps, startStep = 0, callbacks = [] } = options;
  for (const callback of callbacks) await callback.onTrainBegin?.({ startStep, steps });
  let result: FitResult | undefined;
  try {
    result = await run(options);
    return result;
  } finally {
    for (const callback of callbacks) await callback.onTrainEnd?.(result);
  }
}

/** A step that is under way. */
interface Submitted {
  readonly step: number;
  readonly loss: Promise<number>;
  readonly tokens: number;
  readonly learningRate: number | undefined;
}

async function run<Batch>(options: FitOptions<Batch>): Promise<FitResult> {
  const {
    steps,
    startStep = 0,
    callbacks = [],
    scheduler,
    optimizer,
    checkpoint,
    signal,
  } = options;
  const now = options.now ?? (() => performance.now());
  const start = now() / 1000;
  const speed = new SpeedMeter(start);
  let done = { step: startStep, loss: Number.NaN };

  /** Waits for a step's loss and reports it; true if a callback wants to stop. */
  const finish = async ({ step, loss, tokens, learningRate }: Submitted): Promise<boolean> => {
    const value = await loss;
    if (!Number.isFinite(value)) throw new NonFiniteLossError(step, value);
    const seconds = now() / 1000;
    speed.add(seconds, tokens);
    done = { step, loss: value };
    const event: StepEvent = {
      step,
      steps,
      loss: value,
      learningRate,
      tokens,
      tokensPerSecond: speed.tokensPerSecond,
      elapsedSeconds: seconds - start,
      remainingSeconds: speed.secondsPerStep * (steps - step),
    };
    let stop = false;
    for (const callback of callbacks) stop = (await callback.onStep?.(event)) === 'stop' || stop;
    return stop;
  };

  let reason: StopReason = 'finished';
  let pending: Submitted | undefined;
  let submitted = startStep;
  if (submitted < steps && !signal?.aborted) {
    reason = 'exhausted';
    for await (const batch of options.batches) {
      const learningRate = optimizer?.groups[0]?.lr;
      const { loss } = await options.step(batch);
      scheduler?.step();
      submitted++;
      const current = {
        step: submitted,
        loss: readLoss(loss),
        tokens: options.tokens?.(batch) ?? 0,
        learningRate,
      };
      let stop = pending ? await finish(pending) : false;
      pending = current;
      if (checkpoint && submitted % checkpoint.every === 0) {
        stop = (await finish(current)) || stop;
        pending = undefined;
        await checkpoint.save(submitted);
      }
      if (submitted >= steps) reason = 'finished';
      else if (stop || signal?.aborted) reason = 'interrupted';
      else continue;
      break;
    }
  }
  if (pending) await finish(pending);
  if (signal?.aborted && done.step < steps) reason = 'interrupted';
  return { ...done, reason, tokens: speed.tokens, seconds: now() / 1000 - start };
}

/** The loss's value; an error surfaces where it is awaited, not before. */
function readLoss(loss: Tensor): Promise<number> {
  const value = loss.item();
  value.catch(() => {});
  return value;
}
