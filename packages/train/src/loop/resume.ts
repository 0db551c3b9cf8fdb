import { decodeTensors, encodeTensors, type Generator } from '@llm/nn';
import type { LoaderState } from '../data/batches.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Scheduler } from '../schedules/scheduler.ts';

/** What a run consists of besides the model. */
export interface RunParts {
  readonly optimizer: Optimizer;
  readonly scheduler?: Scheduler;
  /** The generator that dropout draws from. */
  readonly generator?: Generator;
  readonly batches?: { state: LoaderState };
}

/** Names of the files of a run's state. */
const files = { tensors: 'optimizer.safetensors', rest: 'trainer_state.json' } as const;

/** Where a run is, as far as the host counts it. */
export interface RunCounters {
  /** The last step done. */
  readonly step: number;
  readonly schedulerSteps?: number;
  readonly generatorPosition?: number;
  readonly batches?: LoaderState;
}

/**
 * Everything that a run needs to go on exactly where it is, as files to save beside the model: the optimizer's
 * state, the position of schedule, random numbers and data.
 */
export async function encodeRunState(
  parts: RunParts,
  step: number,
): Promise<Record<string, Uint8Array | string>> {
  const counters = countersOf(parts, step);
  return {
    [files.tensors]: await encodeTensors(parts.optimizer.stateDict()),
    [files.rest]: `${JSON.stringify(counters, null, 2)}\n`,
  };
}

/** Where the parts of a run are after `step`. */
export function countersOf(parts: RunParts, step: number): RunCounters {
  return {
    step,
    schedulerSteps: parts.scheduler?.steps,
    generatorPosition: parts.generator?.position,
    batches: parts.batches?.state,
  };
}

/** Puts the parts of a run to where `countersOf` saw them; each part must have been there. */
export function restoreCounters(parts: RunParts, counters: RunCounters): void {
  if (parts.scheduler) parts.scheduler.steps = counters.schedulerSteps!;
  if (parts.generator) parts.generator.position = counters.generatorPosition!;
  if (parts.batches) parts.batches.state = counters.batches!;
}

/**
 * Puts the parts of a run back to where `encodeRunState` saw them. `read` gives a file of the folder.
 *
 * @returns the number of the last step done.
 * @throws Error if the state is of another optimizer, or lacks something that the run has.
 */
export async function restoreRunState(
  parts: RunParts,
  read: (name: string) => Promise<Uint8Array>,
): Promise<number> {
  const state = JSON.parse(new TextDecoder().decode(await read(files.rest))) as RunCounters;
  const lacking = [
    parts.scheduler && state.schedulerSteps === undefined && 'the scheduler',
    parts.generator && state.generatorPosition === undefined && 'the generator',
    parts.batches && state.batches === undefined && 'the batches',
    !Number.isInteger(state.step) && 'the step',
  ].filter(Boolean);
  if (lacking.length > 0) {
    throw new Error(`resume: ${files.rest} lacks the state of ${lacking.join(', ')}`);
  }
  parts.optimizer.loadStateDict(decodeTensors(await read(files.tensors)).tensors);
  restoreCounters(parts, state);
  return state.step;
}
