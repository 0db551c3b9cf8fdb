/** Settings of every method, by PEFT's names. */
export interface BasePeftConfig {
  /** Modules that are trained as a whole and saved with the adapter, such as a new head. */
  readonly modules_to_save?: readonly string[] | null;
  /** `SEQ_CLS` and `TOKEN_CLS` add `classifier` and `score` to `modules_to_save`, `QUESTION_ANS` `qa_outputs`. */
  readonly task_type?: TaskType | null;
  /** The model that the adapter is for, written into its file. */
  readonly base_model_name_or_path?: string | null;
}

/** Settings of every method that changes layers. */
export interface CommonPeftConfig extends BasePeftConfig {
  /**
   * The layers that are changed: names, or ends of names after a dot; one string is a regular expression for whole
   * names, or `'all-linear'`. Default: the usual ones of the model's family, as in PEFT.
   */
  readonly target_modules?: readonly string[] | string | null;
  /** Layers that are left out although they fit, in the same form. */
  readonly exclude_modules?: readonly string[] | string | null;
}

/** PEFT's names of tasks. */
export type TaskType =
  | 'SEQ_CLS'
  | 'TOKEN_CLS'
  | 'QUESTION_ANS'
  | 'CAUSAL_LM'
  | 'SEQ_2_SEQ_LM'
  | 'FEATURE_EXTRACTION';

/** Settings of LoRA. */
export interface LoraConfig extends CommonPeftConfig {
  readonly peft_type: 'LORA';
  /** Rank of the update. Default 8. */
  readonly r?: number;
  /** The update is multiplied by this / r. Default 8. */
  readonly lora_alpha?: number;
  /** Probability of dropping an element of the input in training. Default 0. */
  readonly lora_dropout?: number;
  /** Multiply by alpha / √r instead (Kalajdzievski, 2023). Default false. */
  readonly use_rslora?: boolean;
  /** Learn the lengths of the weight's rows apart from their directions (Liu et al., 2024). Default false. */
  readonly use_dora?: boolean;
  /** Other ranks, by regular expressions for ends of names. */
  readonly rank_pattern?: Readonly<Record<string, number>>;
  /** Other alphas, in the same form. */
  readonly alpha_pattern?: Readonly<Record<string, number>>;
  /** Whether B starts at zero, so that the adapter at first changes nothing. Default true. */
  readonly init_lora_weights?: boolean;
}

/** Settings of AdaLoRA: LoRA whose layers share a budget of ranks that shrinks in training. */
export interface AdaLoraConfig extends CommonPeftConfig {
  readonly peft_type: 'ADALORA';
  /** Steps of the training that ranks are dropped in; a shorter run ends with more ranks than `target_r`. */
  readonly total_step: number;
  /** Rank of each layer at first. Default 12. */
  readonly init_r?: number;
  /** Rank of each layer on average in the end. Default 8. */
  readonly target_r?: number;
  /** Steps before the first rank is dropped. Default 0. */
  readonly tinit?: number;
  /** Steps at the end that only train what is left. Default 0. */
  readonly tfinal?: number;
  /** Steps from one choice of ranks to the next. Default 1. */
  readonly deltaT?: number;
  /** How slowly the average of the importance follows, in (0, 1). Default 0.85. */
  readonly beta1?: number;
  /** The same for its uncertainty. Default 0.85. */
  readonly beta2?: number;
  /** Weight of the loss that keeps A and B near orthonormal, above 0. Default 0.5. */
  readonly orth_reg_weight?: number;
  /** The update is multiplied by this / init_r. Default 8; init_r for 0 and below. */
  readonly lora_alpha?: number;
  /** Probability of dropping an element of the input in training. Default 0. */
  readonly lora_dropout?: number;
  /** Whether the adapter at first changes nothing. Default true. */
  readonly init_lora_weights?: boolean;
  /** Which ranks are kept, by the layers' names and `.lora_E`; written into the file. */
  readonly rank_pattern?: Readonly<Record<string, readonly boolean[]>> | null;
  /** Not used, as in PEFT, whose files have 8 here. */
  readonly r?: number;
  /** Whether the settings come from a file. */
  readonly inference_mode?: boolean;
}

/** Settings of (IA)³. */
export interface IA3Config extends CommonPeftConfig {
  readonly peft_type: 'IA3';
  /** Those of `target_modules` whose inputs are scaled rather than their outputs. Default: as for those. */
  readonly feedforward_modules?: readonly string[] | string;
  /** Whether factors start at 1. Default true. */
  readonly init_ia3_weights?: boolean;
}

/** Settings of tuning normalizations: there is nothing to choose but `target_modules`. */
export interface LNTuningConfig extends CommonPeftConfig {
  readonly peft_type: 'LN_TUNING';
}

/** Settings of prompt tuning: learned vectors before each text. */
export interface PromptTuningConfig extends BasePeftConfig {
  readonly peft_type: 'PROMPT_TUNING';
  /** `CAUSAL_LM` or `SEQ_CLS`. */
  readonly task_type: TaskType;
  /** Number of vectors; they take as many positions of the model. */
  readonly num_virtual_tokens: number;
  /** What they are at first: drawn from a normal distribution, or the words of a text. Default `'RANDOM'`. */
  readonly prompt_tuning_init?: 'RANDOM' | 'TEXT';
  /** The text, whose tokens are cut or repeated to as many. */
  readonly prompt_tuning_init_text?: string | null;
  /** Encodes the text, as the tokenizers of `@llm/tokenizers` do; it is not saved. */
  readonly tokenizer?: (text: string) => { readonly input_ids: readonly number[] };
  /** Where Python finds that tokenizer, written into the file; Python wants it for `'TEXT'`. */
  readonly tokenizer_name_or_path?: string | null;
  /** How Python makes that tokenizer, written into the file. */
  readonly tokenizer_kwargs?: Readonly<Record<string, unknown>> | null;
  /** Width of the model's words; follows from the model. */
  readonly token_dim?: number | null;
  /** Layers of the model, written into the file; follows from the model. */
  readonly num_layers?: number | null;
  /** Heads of its attention, written into the file; follows from the model. */
  readonly num_attention_heads?: number | null;
  /** 1: more are for encoder-decoders. */
  readonly num_transformer_submodules?: number | null;
  /** Whether the vectors come from a file: they are zero until then, and the text is not read. */
  readonly inference_mode?: boolean;
}

/** Settings of an adapter, told apart by `peft_type`. */
export type PeftConfig =
  | LoraConfig
  | AdaLoraConfig
  | IA3Config
  | LNTuningConfig
  | PromptTuningConfig;

/** Names that all methods have. */
const common = [
  'peft_type',
  'target_modules',
  'exclude_modules',
  'modules_to_save',
  'task_type',
  'base_model_name_or_path',
];

/** Settings of PEFT's files that change nothing here. */
const ignored = new Set([
  'auto_mapping',
  'revision',
  'inference_mode',
  'fan_in_fan_out', // follows from the layer's class
  'megatron_core',
  'qalora_group_size',
  'peft_version',
  'ensure_weight_tying',
]);

/**
 * Checks the names of settings: those of the method, and those that may be absent only or have a value that means so.
 *
 * @param without names that all other methods have
 * @throws TypeError for one that is not known, or asks for something that is not supported
 */
export function checkConfig(
  config: PeftConfig,
  names: readonly string[],
  without: readonly string[] = [],
): void {
  const known = [...common, ...names].filter((name) => !without.includes(name));
  for (const [name, value] of Object.entries(config)) {
    if (known.includes(name) || ignored.has(name)) continue;
    const isEmpty =
      value === undefined ||
      value === null ||
      value === false ||
      value === 'none' ||
      (typeof value === 'object' && Object.keys(value).length === 0);
    if (!isEmpty) {
      throw new TypeError(
        `${config.peft_type}: '${name}' is not supported, or unknown: got ${JSON.stringify(value)}; it takes ${known.join(', ')}`,
      );
    }
  }
}

/** Heads that PEFT trains and saves with every adapter of a task. */
const heads: Partial<Record<TaskType, readonly string[]>> = {
  SEQ_CLS: ['classifier', 'score'],
  TOKEN_CLS: ['classifier', 'score'],
  QUESTION_ANS: ['qa_outputs'],
};

/** Names of the modules that are trained as a whole: those asked for, and the task's heads. */
export function modulesToSave(config: PeftConfig): string[] {
  const given = config.modules_to_save ?? [];
  const own = (config.task_type && heads[config.task_type]) || [];
  return [...new Set([...given, ...own])];
}

/** Whether a module's path fits: a name or an end of it after a dot; a string is a pattern for all of it. */
export function matches(path: string, wanted: readonly string[] | string): boolean {
  if (typeof wanted === 'string') return new RegExp(`^(?:${wanted})$`, 'u').test(path);
  return wanted.some((name) => path === name || path.endsWith(`.${name}`));
}
