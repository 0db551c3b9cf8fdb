/**
 * Adapters in the format of Python's `peft`: `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @module
 */
import { type ModelSource, openSource, parseJson, saveFolder } from '@llm/hub';
import {
  decodeTensors,
  encodeTensors,
  init,
  type Module,
  type Tensor,
  type Variable,
} from '@llm/nn';
import type { Adapter } from './adapter.ts';
import { modulesToSave, type PeftConfig } from './config.ts';
import type { Peft } from './peft.ts';

const configFile = 'adapter_config.json';
const tensorFile = 'adapter_model.safetensors';

/**
 * Saves an adapter into a folder (Node), with the modules that it trains as a whole.
 *
 * @param name default: the active one
 * @throws RangeError for an unknown name, or without one if none is active
 */
export async function saveAdapter(folder: string, peft: Peft, name?: string): Promise<void> {
  await saveFolder(folder, await adapterFiles(peft, name));
}

/** The files of an adapter by name, as `saveAdapter` writes them. */
export async function adapterFiles(
  peft: Peft,
  name = peft.active,
): Promise<Record<string, string | Uint8Array>> {
  if (name === undefined) throw new RangeError('peft: no adapter is active; name one to save');
  const adapter = peft.get(name);
  const isActive = peft.active === name;
  const prefix = prefixOf(adapter);
  const entries = Array.from(entriesOf(adapter), ([key, variable]) => [key, variable.detach()]);
  const whole = Array.from(adapter.saved, ([path, variable]) => [
    prefix + path,
    isActive ? variable.detach() : adapter.values.get(path)!,
  ]);
  const tensors: Record<string, Tensor> = Object.fromEntries([...entries, ...whole]);
  const packed = await adapter.joint?.pack(tensors, namesOf(adapter));
  const whole_names = modulesToSave(adapter.config);
  const config = {
    ...adapter.config,
    ...packed?.config,
    inference_mode: true,
    modules_to_save: whole_names.length > 0 ? whole_names : null,
  };
  return {
    [configFile]: `${JSON.stringify(config, null, 2)}\n`,
    [tensorFile]: await encodeTensors(packed?.tensors ?? tensors),
  };
}

/**
 * Loads an adapter of a folder (Node), a repository of the hub, a URL or another source, and makes it the active one.
 *
 * @param name what it is called here
 * @throws MissingFileError if there is none. @throws TypeError for a method or setting that is not supported
 * @throws Error listing every tensor that is missing, unexpected or of another shape; then the model has no adapter more
 */
export async function loadAdapter<Model extends Module>(
  location: string | URL | ModelSource,
  peft: Peft<Model>,
  name = 'default',
): Promise<void> {
  const source = openSource(location);
  const place = `${source.location}/${configFile}`;
  const config = checkedConfig(parseJson(await source.read(configFile), place), place);
  const { tensors: found } = decodeTensors(await source.read(tensorFile));
  const previous = peft.active;
  const settings = {
    ...config,
    ...(/^(ADA)?LORA$/.test(config.peft_type) && { init_lora_weights: true }),
    ...(config.peft_type === 'PROMPT_TUNING' && { inference_mode: true }),
  };
  // Nothing is drawn, or held, of sizes that the file's tensors may turn out not to have.
  init.withoutInitialValues('f32', () => peft.addAdapter(settings, name));
  const adapter = peft.get(name);
  const tensors = adapter.joint?.unpack(found, namesOf(adapter)) ?? found;
  const wanted = new Map<string, Variable>(entriesOf(adapter));
  for (const [path, variable] of adapter.saved) wanted.set(prefixOf(adapter) + path, variable);
  const problems = differences(wanted, tensors);
  if (problems.length > 0) {
    peft.deleteAdapter(name);
    peft.setAdapter(previous);
    throw new Error(
      `peft: ${source.location}/${tensorFile} does not fit the model:\n  ${problems.join('\n  ')}`,
    );
  }
  for (const [key, variable] of wanted) variable.assign(tensors[key]!);
}

/** Parameters of an adapter's layers by their names in the file. */
function* entriesOf(adapter: Adapter): Generator<[string, Variable]> {
  const nameOf = namesOf(adapter);
  for (const [path, { layer }] of adapter.layers) {
    for (const [end, variable] of Object.entries(layer.fileEntries())) {
      yield [nameOf(path, end), variable];
    }
  }
}

/** How parameters of an adapter's layers are named in the file, by the layer's path and the end of the name. */
function namesOf(adapter: Adapter): (path: string, end: string) => string {
  return (path, end) => (adapter.prompt ? end : `${prefixOf(adapter)}${path}.${end}`);
}

/** What PEFT has before names of the model: it wraps the model once more for methods that change layers. */
function prefixOf({ prompt }: Adapter): string {
  return prompt ? 'base_model.' : 'base_model.model.';
}

function differences(
  wanted: ReadonlyMap<string, Variable>,
  tensors: Readonly<Record<string, Tensor>>,
): string[] {
  const missing = [...wanted.keys()].filter((key) => !(key in tensors));
  const unexpected = Object.keys(tensors).filter((key) => !wanted.has(key));
  const misshaped = [...wanted].filter(
    ([key, { shape }]) => key in tensors && String(tensors[key]!.shape) !== String(shape),
  );
  return [
    ...missing.map((key) => `missing ${key}`),
    ...unexpected.map((key) => `unexpected ${key}`),
    ...misshaped.map(
      ([key, { shape }]) => `${key}: got [${tensors[key]!.shape}], wants [${shape}]`,
    ),
  ];
}

/** Settings from a file: an object with a method, whose patterns cannot make matching slow. */
function checkedConfig(value: unknown, place: string): PeftConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${place}: wants an object of settings`);
  }
  const config = value as Record<string, unknown>;
  const patterns = [
    config.target_modules,
    config.exclude_modules,
    config.feedforward_modules,
    Object.keys((config.rank_pattern ?? {}) as object),
    Object.keys((config.alpha_pattern ?? {}) as object),
  ].flat();
  for (const pattern of patterns) {
    if (pattern === undefined || pattern === null) continue;
    const isSafe =
      typeof pattern === 'string' && /^(?:[\w\-^$|\\.]|\.\*(?!.*\.\*.*\.\*))*$/u.test(pattern);
    if (!isSafe) {
      throw new TypeError(
        `${place}: names and patterns of modules may hold letters, digits, - _ . ^ $ | \\ and .* twice: got ${JSON.stringify(pattern)}`,
      );
    }
  }
  return config as unknown as PeftConfig;
}
