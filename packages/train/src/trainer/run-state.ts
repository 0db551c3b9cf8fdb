import { type FileContent, parseJson } from '@llm/hub';
import {
  decodeTensors,
  encodeTensors,
  type Generator,
  type Module,
  PreTrainedModel,
} from '@llm/nn';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { PlateauState, ReduceLROnPlateau } from '../schedules/plateau.ts';
import type { Scheduler } from '../schedules/scheduler.ts';
import type { TrainingArguments } from './arguments.ts';
import { callbackStates, restoreCallbacks, type TrainerCallback } from './callback.ts';
import type { FittingStep } from './fitting-step.ts';
import type { LossScaler, LossScalerState } from './loss-scaler.ts';
import type { LossTally } from './loss-tally.ts';
import type { TrainerState } from './state.ts';

/** Everything that a run consists of, so that it can go on from a checkpoint bit for bit. */
export interface RunParts {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly scheduler: Scheduler;
  /** What dropout draws from. */
  readonly generator: Generator;
  readonly state: TrainerState;
  readonly tally: LossTally;
  /** With reduce_lr_on_plateau. */
  readonly plateau?: ReduceLROnPlateau;
  /** With auto_find_batch_size. */
  readonly fitting?: FittingStep;
  /** With fp16. */
  readonly scaler?: LossScaler;
  readonly callbacks: readonly TrainerCallback[];
  /** What the order of the data depends on; another one cannot be gone on with. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where a run is in its data. */
export interface DataPosition {
  readonly epoch: number;
  /** Batches of the epoch that were used. */
  readonly batches: number;
}

/** Where a run is, as far as the host counts it; JSON. */
export interface SavedRun {
  readonly position: DataPosition;
  readonly generator: { readonly seed: number; readonly position: number };
  readonly scheduler_steps: number;
  readonly tally: ReturnType<LossTally['save']>;
  readonly loss_scale?: LossScalerState;
  readonly plateau?: PlateauState;
  /** Parts that batches were cut into. */
  readonly batch_cuts?: number;
  readonly callbacks: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

const names = {
  model: 'model.safetensors',
  optimizer: 'optimizer.safetensors',
  state: 'trainer_state.json',
  run: 'run_state.json',
} as const;

/** A model's files: its weights and, where it has one, its configuration. */
export async function modelFiles(model: Module): Promise<Record<string, FileContent>> {
  const files: Record<string, FileContent> = {
    [names.model]: await encodeTensors(model.stateDict()),
  };
  if (model instanceof PreTrainedModel) {
    const { config, architecture, generation_config } = model;
    files['config.json'] = json({
      ...config,
      ...(architecture && { architectures: [architecture] }),
    });
    if (Object.keys(generation_config).length > 0) {
      files['generation_config.json'] = json(generation_config);
    }
  }
  return files;
}

/** Where the parts of a run are; `state` is not in it. */
export function countersOf(parts: RunParts, position: DataPosition): SavedRun {
  const { scheduler, generator, tally, scaler, plateau, fitting, callbacks, data } = parts;
  return {
    position,
    generator: { seed: generator.seed, position: generator.position },
    scheduler_steps: scheduler.steps,
    tally: tally.save(),
    ...(scaler && { loss_scale: scaler.save() }),
    ...(plateau && { plateau: plateau.stateDict() }),
    ...(fitting && { batch_cuts: fitting.cuts }),
    callbacks: callbackStates(callbacks),
    data,
  };
}

/** The files of a checkpoint besides the model's. */
export async function encodeRun(
  parts: RunParts,
  position: DataPosition,
  args: TrainingArguments,
): Promise<Record<string, FileContent>> {
  return {
    [names.optimizer]: await encodeTensors(parts.optimizer.stateDict()),
    [names.state]: json(parts.state),
    [names.run]: json(countersOf(parts, position)),
    'training_args.json': json(args),
  };
}

/**
 * Puts a run to where a checkpoint saw it.
 *
 * @param skipsData whether the place in the data is taken up too
 * @throws Error naming what the checkpoint lacks, or what of the data is another than it was
 */
export function restoreRun(
  parts: RunParts,
  files: ReadonlyMap<string, Uint8Array>,
  place: string,
  skipsData: boolean,
): DataPosition {
  for (const name of Object.values(names)) {
    if (!files.has(name)) {
      throw new Error(
        `Trainer: ${place} has no ${name}, so no run can go on from it (save_only_model saves the model alone)`,
      );
    }
  }
  const run = parseJson(files.get(names.run)!, `${place}/${names.run}`) as SavedRun;
  const state = parseJson(files.get(names.state)!, `${place}/${names.state}`) as TrainerState;
  const changed = Object.entries(parts.data).filter(
    ([name, value]) => JSON.stringify(run.data[name]) !== JSON.stringify(value),
  );
  if (skipsData && changed.length > 0) {
    const list = changed.map(
      ([name, value]) =>
        `${name} was ${JSON.stringify(run.data[name])} and is ${JSON.stringify(value)}`,
    );
    throw new Error(
      `Trainer: ${place} cannot be gone on with exactly: ${list.join(', ')}; set ignore_data_skip to start its epoch anew`,
    );
  }
  parts.model.loadStateDict(decodeTensors(files.get(names.model)!).tensors);
  parts.optimizer.loadStateDict(decodeTensors(files.get(names.optimizer)!).tensors);
  restoreCounters(parts, run, place);
  const { max_steps, num_train_epochs, logging_steps, eval_steps, save_steps } = parts.state;
  Object.assign(parts.state, state, {
    max_steps,
    num_train_epochs,
    logging_steps,
    eval_steps,
    save_steps,
  });
  return skipsData ? run.position : { epoch: run.position.epoch, batches: 0 };
}

/** Puts the parts of a run to where `countersOf` saw them. @throws TypeError for a count that makes no sense */
export function restoreCounters(parts: RunParts, run: SavedRun, place: string): void {
  parts.scheduler.steps = run.scheduler_steps;
  parts.generator.seed = run.generator.seed;
  parts.generator.position = run.generator.position;
  parts.tally.load(run.tally);
  if (run.plateau) parts.plateau?.loadStateDict(run.plateau);
  if (parts.fitting) parts.fitting.cuts = cutsOf(run.batch_cuts ?? 1, place);
  // A run that went on without fp16 before starts with the first scale.
  if (run.loss_scale) parts.scaler?.load(run.loss_scale);
  restoreCallbacks(parts.callbacks, run.callbacks);
}

/** The number of parts in a checkpoint. @throws TypeError unless it is a power of two */
function cutsOf(cuts: number, place: string): number {
  if (Number.isInteger(Math.log2(cuts)) && cuts >= 1) return cuts;
  throw new TypeError(`Trainer: ${place} says that batches were cut into ${cuts} parts`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
