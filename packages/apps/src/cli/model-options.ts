import type { HubOptions } from '@llm/hub';
import type { FromPretrainedOptions, PreTrainedModel } from '@llm/nn';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type PipelineOptions,
  type Pipelines,
  type PipelineTask,
  pipeline,
} from '../pipelines/index.ts';
import { downloadBar } from './download-bar.ts';
import type { Io } from './io.ts';

/** Options of every command that loads a model for what it knows. */
export interface ModelOptions extends SourceOptions {
  readonly dtype?: FromPretrainedOptions['dtype'];
}

/** Where a model comes from, and where it runs. */
export interface SourceOptions {
  readonly device?: string;
  readonly revision?: string;
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

/** Adds the options of `ModelOptions`. */
export function addModelOptions(command: Command): Command {
  return addSourceOptions(
    command.option('--dtype <type>', 'element type of the weights, such as f32, f16, bf16, q8, q4'),
  );
}

/** Adds the options of `SourceOptions`. */
export function addSourceOptions(command: Command): Command {
  return command
    .addOption(new Option('--device <name>', 'where it runs').choices(['auto', 'webgpu', 'wasm']))
    .option('--revision <name>', 'branch, tag or commit of the repository')
    .option('--cache-dir <folder>', 'where downloads are kept')
    .option('--offline', 'use only what the cache holds');
}

/** The options of `from_pretrained` and `pipeline`. */
function loadingOptions({ dtype, ...source }: ModelOptions, io: Io): PipelineOptions {
  return { ...(dtype && { dtype }), ...sourceOptions(source, io) };
}

/** The options that `from_pretrained` and `fineTune` share. */
export function sourceOptions(options: SourceOptions, io: Io): HubOptions & { device?: string } {
  const { device, revision, cacheDir, offline } = options;
  return {
    ...(device && { device }),
    ...(revision && { revision }),
    ...(cacheDir && { cache_dir: cacheDir }),
    ...(offline && { local_files_only: true }),
    signal: io.signal,
  };
}

/** Loads a pipeline with a bar for what is downloaded. */
export async function loadPipeline<Task extends PipelineTask>(
  task: Task,
  model: string | undefined,
  options: ModelOptions,
  io: Io,
): Promise<Pipelines[Task] & { readonly model: PreTrainedModel }> {
  const bar = await downloadBar(io);
  try {
    const loaded = await pipeline(task, model, {
      ...loadingOptions(options, io),
      progress: bar.listener,
    });
    return loaded as never;
  } finally {
    bar.end();
  }
}

/** A whole number of at least `least`, for an option. */
export function wholeNumber(least = 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It wants a whole number from ${least}.`);
  };
}

/** Any number, for an option. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It wants a number.');
}
