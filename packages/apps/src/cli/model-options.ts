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

/** Options of every command that loads a model. */
export interface ModelOptions {
  readonly dtype?: FromPretrainedOptions['dtype'];
  readonly device?: string;
  readonly revision?: string;
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

/** Adds the options. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--dtype <type>', 'element type of the weights, such as f32, f16, bf16')
    .addOption(new Option('--device <name>', 'where it runs').choices(['auto', 'webgpu', 'wasm']))
    .option('--revision <name>', 'branch, tag or commit of the repository')
    .option('--cache-dir <folder>', 'where downloads are kept')
    .option('--offline', 'use only what the cache holds');
}

/** The options of `from_pretrained` and `pipeline`. */
export function loadingOptions(options: ModelOptions, io: Io): PipelineOptions {
  const { dtype, device, revision, cacheDir, offline } = options;
  return {
    ...(dtype && { dtype }),
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
