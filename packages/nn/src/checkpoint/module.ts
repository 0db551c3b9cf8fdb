import { type FileContent, type ModelSource, openSource, parseJson, saveFolder } from '@llm/hub';
import type { Module } from '../module/module.ts';
import type { StateMismatch } from '../module/state.ts';
import { readTensors } from './read.ts';
import { encodeTensors } from './tensors.ts';

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
  await saveFolder(folder, await moduleFiles(module, options));
}

/** What `saveModule` writes, by name: for places that are no folder of Node. */
export async function moduleFiles(
  module: Module,
  { config, files }: SaveModuleOptions = {},
): Promise<Record<string, FileContent>> {
  return {
    ...files,
    ...(config && { 'config.json': configText(config) }),
    'model.safetensors': await encodeTensors(module.stateDict()),
  };
}

/**
 * Loads the checkpoint of a folder (Node), a repository of the hub, a URL or another source into a module:
 * `model.safetensors`, its shards, `pytorch_model.bin`, or a GGUF file.
 *
 * @param options.strict whether missing and unexpected names are errors. Default true.
 * @returns what did not fit, when not strict.
 * @throws MissingFileError if there is none. @throws SafetensorsError or CheckpointError if it is malformed.
 * @throws StateDictError listing every name and shape that does not fit; then nothing has changed.
 */
export async function loadModule(
  location: string | URL | ModelSource,
  module: Module,
  options: { readonly strict?: boolean } = {},
): Promise<StateMismatch> {
  return module.loadStateDict(await readTensors(openSource(location)), options);
}

/**
 * The settings in `config.json` of a folder (Node), a repository of the hub, a URL or another source. A GGUF file
 * without a `config.json` beside it carries them itself.
 *
 * @param ggufFile the GGUF file, where a source holds several
 */
export async function loadConfig(
  location: string | URL | ModelSource,
  ggufFile?: string,
): Promise<Record<string, unknown>> {
  const source = openSource(location);
  const name = 'config.json';
  if (!(await source.has(name)) && (await holdsGguf(source, ggufFile))) {
    const { ggufConfig } = await import('./gguf-config.ts');
    return ggufConfig(source, ggufFile);
  }
  const config = parseJson(await source.read(name), `${source.location}/${name}`);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${source.location}/${name}: wants an object of settings`);
  }
  return config as Record<string, unknown>;
}

async function holdsGguf(source: ModelSource, file: string | undefined): Promise<boolean> {
  if (file !== undefined) return true;
  return (await source.list?.())?.some((name) => name.endsWith('.gguf')) ?? false;
}

/** Settings of rotary positions that Python wants as floats; JavaScript writes 2.0 as 2, at which Python warns. */
const floats =
  /^( *"(?:factor|low_freq_factor|high_freq_factor|beta_fast|beta_slow|attention_factor|mscale|mscale_all_dim)": -?\d+)(?=,?$)/gm;

function configText(config: object): string {
  return `${JSON.stringify(config, null, 2).replace(floats, '$1.0')}\n`;
}
