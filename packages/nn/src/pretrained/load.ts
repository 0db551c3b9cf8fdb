/**
 * A model from a configuration and a checkpoint.
 *
 * @module
 */
import type { ModelSource } from '@llm/hub';
import { type DType, type QuantizedMatrix, realize, type Variable } from '@llm/tensor';
import { type ModelCheckpoint, type ModelTensor, openModelCheckpoint } from '../checkpoint/read.ts';
import { withoutInitialValues } from '../init.ts';
import { compareState, StateDictError } from '../module/state.ts';
import type { QuantizableWeight } from '../quantization/matrices.ts';
import type { QuantizationScheme } from '../quantization/schemes.ts';
import { checkSettings, completeConfig, type ModelConfig, type Settings } from './config.ts';
import { architectureOf, builderOf, type Family } from './family.ts';
import { initialize } from './initialize.ts';
import type { LoadReport } from './load-report.ts';
import type { PreTrainedModel } from './model.ts';
import { modernName, placeName } from './names.ts';
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

/** How the weights of a checkpoint are held. */
interface WeightForm {
  /** Element type of weights that are not quantized. */
  readonly dtype: DType;
  /** Quantizes the matrices that are read. */
  readonly scheme?: QuantizationScheme;
  /** Whether blocks of GGUF stay as they are. */
  readonly keepBlocks: boolean;
}

/** How well a checkpoint must fit. */
interface Demands {
  /** Whether anything missing or unexpected is an error. */
  readonly strict: boolean;
  /** Whether tensors of another shape are left out instead of being an error. */
  readonly ignoreMisshaped: boolean;
}

/**
 * A model with the weights of a checkpoint; what these lack gets initial values. Weights are read one after the
 * other, in the form that they keep, and each goes to the default device before the next is read.
 */
export async function loadModel<Task extends TaskName>(
  family: Family,
  task: Task,
  settings: Settings,
  source: ModelSource,
  options: WeightForm & Demands & { readonly file?: string },
): Promise<TaskModels[Task]> {
  const { strict, ignoreMisshaped, file, ...form } = options;
  const model = withoutInitialValues(form.dtype, () => build(family, task, settings));
  const checkpoint = await openModelCheckpoint(source, file);
  try {
    const { report, fitting } = matchTensors(family, model, checkpoint, {
      strict,
      ignoreMisshaped,
    });
    await takeTensors(model, fitting, form);
    model.load_report = report;
    const replaced = report.misshaped.map(({ name }) => name);
    initializeRest(family, model, [...report.missing, ...replaced]);
    warn(model.architecture, source.location, report);
  } finally {
    await checkpoint.close();
  }
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
 * Finds the variables of a model that a checkpoint's tensors are for, by names and shapes alone.
 *
 * @returns what does not fit, and the tensor of each variable, in the order of the checkpoint
 * @throws StateDictError if a shape differs (unless `ignoreMisshaped`), if a tensor below the head is missing, or, with `strict`, if
 *   anything is missing or unexpected
 */
function matchTensors(
  family: Family,
  model: PreTrainedModel,
  { tensors }: ModelCheckpoint,
  { strict, ignoreMisshaped }: Demands,
): { report: LoadReport; fitting: [Variable, ModelTensor][] } {
  const variables = Array.from(model.namedVariables());
  const wanted = new Set(variables.map(([name]) => name));
  const own = model.base_model_prefix;
  const ignored: string[] = [];
  const state: Record<string, ModelTensor> = Object.create(null);
  for (const [stored, value] of tensors) {
    const name = family.rename ? family.rename(modernName(stored)) : modernName(stored);
    if (name === undefined) ignored.push(stored);
    else state[placeName(name, wanted, [family.prefix, own], own)] = value;
  }
  const { mismatch, fitting } = compareState(variables, state);
  const { missing, unexpected, misshaped } = mismatch;
  const isMisshaped = misshaped.length > 0 && !ignoreMisshaped;
  const lacksBase =
    own === '' ? missing.length > 0 : missing.some((name) => name.startsWith(`${own}.`));
  if (isMisshaped || lacksBase || (strict && missing.length + unexpected.length > 0)) {
    const hint = isMisshaped
      ? '{ ignore_mismatched_sizes: true } leaves out what is of another shape, such as a head for other classes'
      : 'is it a checkpoint of this model?';
    throw new StateDictError(model.architecture, mismatch, hint);
  }
  const order = new Map(Array.from(tensors.values(), (value, position) => [value, position]));
  fitting.sort(([, a], [, b]) => order.get(a)! - order.get(b)!);
  return { report: { ...mismatch, ignored }, fitting };
}

/** Reads tensors into a model's variables and puts them on the default device, which lets the host's copy go. */
async function takeTensors(
  model: PreTrainedModel,
  fitting: readonly (readonly [Variable, ModelTensor])[],
  { scheme, keepBlocks }: WeightForm,
): Promise<void> {
  // Loaded only where it is used.
  const matrices = scheme && (await import('../quantization/matrices.ts')).matricesOf(model);
  for (const [variable, stored] of fitting) {
    const matrix = matrices?.get(variable);
    if (scheme && matrix) {
      variable.quantize(await quantized(stored, scheme, matrix));
    } else if (keepBlocks && stored.isBlocks) variable.quantize(await stored.readBlocks());
    else variable.assign(await stored.read());
    const { codes, scales, offsets } = variable.quantized ?? { codes: variable };
    await realize(codes, scales ?? [], offsets ?? []);
  }
}

async function quantized(
  stored: ModelTensor,
  scheme: QuantizationScheme,
  { name, transposed }: QuantizableWeight,
): Promise<QuantizedMatrix> {
  try {
    return await stored.readQuantized(scheme, transposed);
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${name}: ${error.message}`);
    throw error;
  }
}

/** Initial values for what a checkpoint lacks. */
function initializeRest(
  family: Family,
  model: PreTrainedModel,
  missing: LoadReport['missing'],
): void {
  if (missing.length === 0) return;
  const named = new Map(model.namedVariables());
  initialize(family, model, new Set(missing.map((name) => named.get(name)!)));
}

function warn(
  architecture: string,
  location: string,
  { missing, unexpected, misshaped }: LoadReport,
): void {
  if (missing.length > 0) {
    console.warn(
      `${architecture}: ${location} has no ${list(missing)}; they have initial values and want training`,
    );
  }
  if (misshaped.length > 0) {
    const names = list(misshaped.map(({ name }) => name));
    console.warn(
      `${architecture}: ${names} of ${location} have other shapes; they have initial values and want training`,
    );
  }
  if (unexpected.length > 0) {
    console.warn(`${architecture}: no use for ${list(unexpected)} of ${location}`);
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, and ${names.length - 8} more` : shown;
}
