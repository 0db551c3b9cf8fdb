import type { HubOptions, ModelSource } from '@llm/hub';
import { buildTokenizer, checkOptions, loadComponents } from '../text-core.ts';
import { Tokenizer } from '../tokenizer.ts';
import { createTokenizer, type PreTrainedTokenizer } from './create-tokenizer.ts';
import { SPECIAL_ROLES, type SpecialRole } from './special-tokens.ts';

/**
 * What {@link AutoTokenizer.from_pretrained} may override, the rest comes from the files; and how
 * they are fetched where they come from the hub.
 */
export interface FromPretrainedOptions extends Partial<Record<SpecialRole, string>>, HubOptions {
  /** Longest input of the model, in tokens. */
  model_max_length?: number;
  /** Which end padding goes to. */
  padding_side?: 'left' | 'right';
  /** Which end truncation cuts off. */
  truncation_side?: 'left' | 'right';
  /** Which lists a call returns. */
  model_input_names?: readonly string[];
  /** Remove the spaces before punctuation when decoding. */
  clean_up_tokenization_spaces?: boolean;
  /** Name of a GGUF file whose tokenizer is taken instead of tokenizer.json. */
  gguf_file?: string;
}

const OPTIONS = [
  'model_max_length',
  'padding_side',
  'truncation_side',
  'model_input_names',
  'clean_up_tokenization_spaces',
  'gguf_file',
  ...SPECIAL_ROLES,
];
/** Options that go to `openSource`, which checks their values. */
const HUB_OPTIONS = ['revision', 'token', 'cache_dir', 'local_files_only', 'progress', 'signal'];

type JsonObject = Readonly<Record<string, unknown>>;

/** Loads the tokenizer of any model whose tokenizer.json is supported. */
export const AutoTokenizer = {
  /**
   * Loads a tokenizer: tokenizer.json, and tokenizer_config.json, special_tokens_map.json and
   * chat_template.jinja where they are. Where there is no tokenizer.json, one is made of what there
   * is: a SentencePiece model, ranks of tiktoken, vocab.json with merges.txt, vocab.txt, or Marian's
   * source.spm with vocab.json.
   *
   * @param location - A folder's path (Node), a repository of the hub, a URL of the folder, a
   *   source, or the parsed content of a tokenizer.json.
   * @param options - See {@link FromPretrainedOptions}.
   * @throws MissingFileError if there is no file of a known format.
   * @throws TokenizerFileError naming the file, and the place in it that is wrong or not supported.
   */
  async from_pretrained(
    location: string | URL | ModelSource | JsonObject,
    options: FromPretrainedOptions = {},
  ): Promise<PreTrainedTokenizer> {
    if (isTokenizerJson(location)) {
      checkOptions('AutoTokenizer.from_pretrained with a parsed file', options, OPTIONS);
      return createTokenizer(await loadTokenizerJson(location), { ...options });
    }
    checkOptions('AutoTokenizer.from_pretrained', options, [...OPTIONS, ...HUB_OPTIONS]);
    const [hub, { gguf_file, ...settings }] = splitOptions(options);
    // What reads and converts files is no part of encoding and decoding.
    const { readTokenizerFiles } = await import('./files.ts');
    const { file, config } = await readTokenizerFiles(location, hub, gguf_file);
    return createTokenizer(await loadTokenizerJson(file), { ...config, ...settings });
  },
};

/** Builds the tokenizer of a file after loading the components that it names, and no others. */
async function loadTokenizerJson(file: unknown): Promise<Tokenizer> {
  return buildTokenizer(file, await loadComponents(file), 'tokenizer.json', Tokenizer);
}

/** The options of the hub, and the others: a token for the hub must not be saved with the rest. */
function splitOptions(
  options: FromPretrainedOptions,
): [HubOptions, Omit<FromPretrainedOptions, keyof HubOptions>] {
  const { revision, token, cache_dir, local_files_only, progress, signal, ...others } = options;
  const given = { revision, token, cache_dir, local_files_only, progress, signal };
  const hub = Object.entries(given).filter(([, value]) => value !== undefined);
  return [Object.fromEntries(hub), others];
}

function isTokenizerJson(value: string | URL | ModelSource | JsonObject): value is JsonObject {
  if (typeof value === 'string' || value instanceof URL) return false;
  return typeof value.read !== 'function';
}
