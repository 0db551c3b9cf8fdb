import { type HubOptions, type ModelSource, openSource } from '@llm/hub';
import { describe, TokenizerFileError } from '../core.ts';
import { readJson, readTokenizerFile } from '../json/read-json.ts';

export { saveFolder } from '@llm/hub';

/** Content of a tokenizer's files. */
export interface TokenizerFiles {
  /** Content of tokenizer.json, or what another format was turned into. */
  file: unknown;
  /** Content of the files beside it, those that count more over those that count less. */
  config: Record<string, unknown>;
}

/**
 * Reads a tokenizer's files.
 *
 * @param location - Where they are; see `AutoTokenizer.from_pretrained`.
 * @param options - How they are fetched where they come from the hub.
 * @param gguf_file - Name of a GGUF file whose tokenizer is taken.
 * @throws MissingFileError if there is no file of a known format.
 * @throws TokenizerFileError naming the file that is malformed, and where.
 */
export async function readTokenizerFiles(
  location: string | URL | ModelSource,
  options: HubOptions,
  gguf_file: string | undefined,
): Promise<TokenizerFiles> {
  const source = openSource(location, options);
  const config = {
    ...(await readConfig(source, 'special_tokens_map.json')),
    ...(await readConfig(source, 'tokenizer_config.json')),
    ...(await readChatTemplateFile(source)),
  };
  if (gguf_file === undefined && (await source.has('tokenizer.json'))) {
    return { file: await readTokenizerFile(source, 'tokenizer.json'), config };
  }
  const { loadGguf, loadOtherFormat } = await import('../formats/load-format.ts');
  const converted = gguf_file
    ? await loadGguf(source, gguf_file)
    : await loadOtherFormat(source, config);
  // Reading what is not there says what is.
  if (converted === undefined) await source.read('tokenizer.json');
  const { file, config: made } = converted!;
  return { file, config: { ...made, ...config } };
}

/** A template in a file of its own counts before the one in tokenizer_config.json. */
async function readChatTemplateFile(source: ModelSource): Promise<Record<string, unknown>> {
  if (!(await source.has('chat_template.jinja'))) return {};
  const chat_template = new TextDecoder().decode(await source.read('chat_template.jinja'));
  return { chat_template };
}

async function readConfig(source: ModelSource, name: string): Promise<Record<string, unknown>> {
  if (!(await source.has(name))) return {};
  const config = await readJson(source, name);
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    return config as Record<string, unknown>;
  }
  throw new TokenizerFileError(`${name}: got ${describe(config)}, wants an object`);
}
