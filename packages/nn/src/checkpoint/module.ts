import { type FileContent, type ModelSource, openSource, parseJson, saveFolder } from '@llm/hub';
import type { Module } from '../module/module.ts';
import type { StateMismatch } from '../module/state.ts';
import { decodeTensors, encodeTensors } from './tensors.ts';

/** Options of `saveModule`. */
export interface SaveModuleOptions {
  /** What the model is built from, written to `config.json`. */
  readonly config?: object;
  /** Further files of the folder, such as `tokenizer.json`. */
  readonly files?: Readonly<Record<string, FileContent>>;
}

/**
 * Saves a module's parameters and buffers as `model.safetensors`, with `config.json` beside it (Node). All files
 * are written before the first one replaces an old one, so an interruption leaves the folder as it was.
 */
export async function saveModule(
  folder: string,
  module: Module,
  options: SaveModuleOptions = {},
): Promise<void> {
  const { config, files } = options;
  await saveFolder(folder, {
    ...files,
    ...(config && { 'config.json': `${JSON.stringify(config, null, 2)}\n` }),
    'model.safetensors': await encodeTensors(module.stateDict()),
  });
}

/**
 * Loads `model.safetensors` of a folder (Node), a URL or another source into a module.
 *
 * @param options.strict whether missing and unexpected names are errors. Default true.
 * @returns what did not fit, when not strict.
 * @throws MissingFileError if there is no such file. @throws SafetensorsError if it is malformed.
 * @throws StateDictError listing every name and shape that does not fit; then nothing has changed.
 */
export async function loadModule(
  location: string | URL | ModelSource,
  module: Module,
  options: { readonly strict?: boolean } = {},
): Promise<StateMismatch> {
  const { tensors } = decodeTensors(await openSource(location).read('model.safetensors'));
  return module.loadStateDict(tensors, options);
}

/** The settings in `config.json` of a folder (Node), a URL or another source. */
export async function loadConfig(
  location: string | URL | ModelSource,
): Promise<Record<string, unknown>> {
  const source = openSource(location);
  const name = 'config.json';
  const config = parseJson(await source.read(name), `${source.location}/${name}`);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${source.location}/${name}: wants an object of settings`);
  }
  return config as Record<string, unknown>;
}
