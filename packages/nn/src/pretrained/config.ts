/**
 * Settings of models under the names of `config.json`.
 *
 * @module
 */

/** What the configurations of all families share, with Python's names and defaults. */
export interface ModelConfig {
  readonly model_type: string;
  readonly vocab_size: number;
  /** Classes of a classification head; `id2label` decides where it is given. Default 2. */
  readonly num_labels: number;
  /** Names of the classes by number. */
  readonly id2label?: Readonly<Record<string, string>>;
  /** Numbers of the classes by name. */
  readonly label2id?: Readonly<Record<string, number>>;
  /** Which loss a sequence classifier takes; guessed from the labels where it is absent. */
  readonly problem_type?: ProblemType | null;
  /** Whether the output layer of a language model is its table of embeddings. Default true. */
  readonly tie_word_embeddings: boolean;
  readonly pad_token_id: number | null;
  readonly bos_token_id: number | null;
  /** One id, or several of which any ends a text. */
  readonly eos_token_id: number | readonly number[] | null;
  readonly decoder_start_token_id?: number | null;
  readonly is_encoder_decoder: boolean;
  /** Standard deviation of initial weights. Default 0.02. */
  readonly initializer_range: number;
}

/** Kinds of sequence classification. */
export type ProblemType =
  | 'regression'
  | 'single_label_classification'
  | 'multi_label_classification';

/** Settings of a file or of a caller: any names. */
export type Settings = Readonly<Record<string, unknown>>;

/** Defaults of what all families share. */
export const commonDefaults = {
  num_labels: 2,
  tie_word_embeddings: true,
  pad_token_id: null,
  bos_token_id: null,
  eos_token_id: null,
  is_encoder_decoder: false,
  initializer_range: 0.02,
} satisfies Partial<ModelConfig>;

/** Names beside a family's own that `from_config` takes; files may hold any. */
const commonNames = [
  ...Object.keys(commonDefaults),
  'model_type',
  'id2label',
  'label2id',
  'problem_type',
  'decoder_start_token_id',
];

/**
 * A family's defaults overlaid with settings. Settings that the family does not know are kept, so that saving
 * writes them back.
 *
 * @throws TypeError for a setting of another type than its default.
 */
export function completeConfig<Config extends ModelConfig>(
  defaults: Config,
  settings: Settings,
): Config {
  const config: Record<string, unknown> = { ...defaults, ...settings };
  for (const [name, wanted] of Object.entries(defaults)) {
    const got = config[name];
    if (got === undefined) config[name] = wanted;
    else if (typeof wanted === 'number' && !(typeof got === 'number' && Number.isFinite(got))) {
      if (!mayBeNull.has(name) && !mayBeList.has(name)) throw wrongType(name, got, 'a number');
    } else if (typeof wanted === 'boolean' && typeof got !== 'boolean') {
      throw wrongType(name, got, 'true or false');
    }
  }
  const labels = settings.id2label;
  if (typeof labels === 'object' && labels !== null) {
    config.num_labels = Object.keys(labels).length;
  }
  return config as unknown as Config;
}

const mayBeNull = new Set([
  'pad_token_id',
  'bos_token_id',
  'eos_token_id',
  'decoder_start_token_id',
  'sliding_window',
  'forced_eos_token_id',
]);
const mayBeList = new Set(['eos_token_id']);

/** @throws TypeError for a name that neither the family nor all families know. */
export function checkSettings(modelType: string, settings: Settings, defaults: object): void {
  const known = new Set([...commonNames, ...Object.keys(defaults)]);
  for (const name of Object.keys(settings)) {
    if (!known.has(name)) {
      throw new TypeError(
        `${modelType} config: unknown setting '${name}'; it takes ${[...known].sort().join(', ')}`,
      );
    }
  }
}

/** @throws Error if a setting asks for a variant of the model that is not there. */
export function supportOnly(
  config: object,
  name: string,
  ...supported: readonly (string | number | boolean | null | undefined)[]
): void {
  const got = (config as Settings)[name];
  if (!supported.includes(got as string)) {
    const { model_type } = config as ModelConfig;
    throw new Error(
      `${model_type} config: ${name} ${JSON.stringify(got)} is not supported; supported: ${supported.map((value) => JSON.stringify(value) ?? 'unset').join(', ')}`,
    );
  }
}

function wrongType(name: string, got: unknown, wants: string): TypeError {
  return new TypeError(`config: ${name} is ${JSON.stringify(got)}, wants ${wants}`);
}
