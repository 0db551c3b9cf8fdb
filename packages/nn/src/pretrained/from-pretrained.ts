/**
 * A model of a family from a checkpoint or from settings: what `AutoModelFor…` and the classes of families share.
 *
 * @module
 */
import { type HubOptions, type ModelSource, openSource, parseJson } from '@llm/hub';
import { checkChoice } from '@llm/tensor';
import { loadConfig } from '../checkpoint/module.ts';
import { type QuantizationScheme, quantizationSchemes } from '../quantization/schemes.ts';
import type { Settings } from './config.ts';
import type { Family } from './family.ts';
import { loadModel } from './load.ts';
import type { TaskModels, TaskName } from './task-names.ts';

/** Element types that weights can be loaded as, and schemes by which they are quantized (see `quantize`). */
export type WeightType = 'f32' | 'f16' | 'bf16' | QuantizationScheme;

const weightTypes: readonly WeightType[] = ['f32', 'f16', 'bf16', ...quantizationSchemes];

/** Options of `from_pretrained`: those of the hub, and what is made of the files. */
export interface FromPretrainedOptions extends HubOptions {
  /**
   * Element type of the weights, or how they are quantized: then each matrix is quantized while it is read, so that
   * the model is never held in f32, and what the checkpoint lacks (a new head) is not quantized. By default f32, but
   * that matrices in blocks of a GGUF file stay quantized as they are; `'f32'` expands them too.
   */
  readonly dtype?: WeightType;
  /** Settings that replace those of `config.json`, such as `num_labels`. */
  readonly config?: Settings;
  /** Whether any missing or unexpected tensor is an error, a new head's too. Default false. */
  readonly strict?: boolean;
  /**
   * Whether tensors of another shape than the model's, such as a head for other classes, are left out; what they were
   * for has initial values. Default false: they are an error.
   */
  readonly ignore_mismatched_sizes?: boolean;
  /** Name of the GGUF file, where there are several, or other weights beside it. */
  readonly gguf_file?: string;
}

/**
 * Loads a model of a task; see `AutoModelFor.from_pretrained`.
 *
 * @param familyOf the family of the configuration's `model_type`; throws where there is none
 */
export async function fromPretrained<Task extends TaskName>(
  task: Task,
  familyOf: (modelType: unknown) => Promise<Family> | Family,
  location: string | URL | ModelSource,
  options: FromPretrainedOptions,
): Promise<TaskModels[Task]> {
  const { dtype, strict = false, config, gguf_file, ...rest } = options;
  const { ignore_mismatched_sizes = false, ...hub } = rest;
  if (dtype !== undefined) checkChoice('from_pretrained', 'dtype', dtype, weightTypes);
  const scheme = quantizationSchemes.find((name) => name === dtype);
  const source = openSource(location, hub); // refuses options that neither knows
  const stored = await loadConfig(source, gguf_file);
  const family = await familyOf(stored.model_type);
  const settings = overlay(stored, config);
  const model = await loadModel(family, task, settings, source, {
    dtype: dtype === 'f16' || dtype === 'bf16' ? dtype : 'f32',
    keepBlocks: dtype === undefined,
    ...(scheme && { scheme }),
    strict,
    ignoreMisshaped: ignore_mismatched_sizes,
    ...(gguf_file !== undefined && { file: gguf_file }),
  });
  model.generation_config = await generationConfigOf(source);
  return model;
}

/** Settings of a file under those of the caller; another number of labels makes the file's names void. */
function overlay(stored: Settings, own: Settings = {}): Settings {
  if (!('num_labels' in own) || 'id2label' in own) return { ...stored, ...own };
  const { id2label: _, label2id: __, ...rest } = stored;
  return { ...rest, ...own };
}

async function generationConfigOf(source: ModelSource): Promise<Settings> {
  const name = 'generation_config.json';
  if (!(await source.has(name))) return {};
  const config = parseJson(await source.read(name), `${source.location}/${name}`);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${source.location}/${name}: wants an object of settings`);
  }
  return config as Settings;
}
