/**
 * A model from a configuration and a checkpoint.
 *
 * @module
 */
import type { ModelSource } from '@llm/hub';
import { type DType, type Tensor, Variable } from '@llm/tensor';
import { readTensors } from '../checkpoint/read.ts';
import { withoutInitialValues } from '../init.ts';
import { compareState, StateDictError } from '../module/state.ts';
import { quantize } from '../quantization/quantize.ts';
import type { QuantizationScheme } from '../quantization/quantize-rows.ts';
import { checkSettings, completeConfig, type ModelConfig, type Settings } from './config.ts';
import { architectureOf, type Family } from './family.ts';
import { initialize } from './initialize.ts';
import type { LoadReport } from './load-report.ts';
import type { PreTrainedModel } from './model.ts';
import { modernName, placeName } from './names.ts';
import { builderOf } from './registry.ts';
import type { TaskModels, TaskName } from './task-names.ts';

/** A model with initial weights. @throws TypeError for an unknown setting. */
export function createModel<Task extends TaskName>(
  family: Family,
  task: Task,
  settings: Settings,
): TaskModels[Task] {
  checkSettings(family.model_type, settings, family.defaults);
  const model = build(family, task, settings);
  initialize(family, model);
  return model;
}

/** A model with the weights of a checkpoint; what these lack gets initial values. */
export async function loadModel<Task extends TaskName>(
  family: Family,
  task: Task,
  settings: Settings,
  source: ModelSource,
  options: {
    readonly dtype: DType;
    /** Quantizes what is read. */
    readonly scheme?: QuantizationScheme;
    /** Whether blocks of GGUF stay as they are. */
    readonly keepBlocks: boolean;
    readonly strict: boolean;
    readonly file?: string;
  },
): Promise<TaskModels[Task]> {
  const { dtype, scheme, keepBlocks, strict, file } = options;
  const model = withoutInitialValues(dtype, () => build(family, task, settings));
  const tensors = await readTensors(source, { keepBlocks, ...(file !== undefined && { file }) });
  model.load_report = takeTensors(family, model, tensors, { location: source.location, strict });
  if (scheme) await quantize(model, scheme);
  model.eval();
  return model;
}

function build<Task extends TaskName>(
  family: Family,
  task: Task,
  settings: Settings,
): TaskModels[Task] {
  const complete = completeConfig<ModelConfig>(family.defaults, settings);
  const config = family.resolve?.(complete) ?? complete;
  const make = builderOf(family, task) as (
    config: ModelConfig,
  ) => TaskModels[Task] & PreTrainedModel;
  const model = make(config);
  model.architecture = architectureOf(family, task);
  return model;
}

/**
 * Puts a checkpoint's tensors into a model.
 *
 * @returns what was missing, which gets initial values, and what was unexpected
 * @throws StateDictError if a shape differs, if a tensor below the head is missing, or, with `strict`, if
 *   anything is missing or unexpected
 */
function takeTensors(
  family: Family,
  model: PreTrainedModel,
  tensors: Readonly<Record<string, Tensor>>,
  { location, strict }: { readonly location: string; readonly strict: boolean },
): LoadReport {
  const variables = Array.from(model.namedVariables());
  const wanted = new Set(variables.map(([name]) => name));
  const own = model.base_model_prefix;
  const ignored: string[] = [];
  const state: Record<string, Tensor> = Object.create(null);
  for (const [stored, value] of Object.entries(tensors)) {
    const name = family.rename ? family.rename(modernName(stored)) : modernName(stored);
    if (name === undefined) ignored.push(stored);
    else state[placeName(name, wanted, [family.prefix, own], own)] = value;
  }
  const { mismatch, fitting } = compareState(variables, state);
  const { missing, unexpected, misshaped } = mismatch;
  const lacksBase =
    own === '' ? missing.length > 0 : missing.some((name) => name.startsWith(`${own}.`));
  if (misshaped.length > 0 || lacksBase || (strict && missing.length + unexpected.length > 0)) {
    throw new StateDictError(model.architecture, mismatch);
  }
  for (const [variable, value] of fitting) {
    const matrix = value instanceof Variable ? value.quantized : undefined;
    if (matrix) variable.quantize(matrix);
    else variable.assign(value);
  }
  if (missing.length > 0) {
    const named = new Map(variables);
    initialize(family, model, new Set(missing.map((name) => named.get(name)!)));
    console.warn(
      `${model.architecture}: ${location} has no ${list(missing)}; they have initial values and want training`,
    );
  }
  if (unexpected.length > 0) {
    console.warn(`${model.architecture}: no use for ${list(unexpected)} of ${location}`);
  }
  return { ...mismatch, ignored };
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, and ${names.length - 8} more` : shown;
}
