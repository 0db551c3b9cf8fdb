/** Settings of every method, by PEFT's names. */
export interface CommonPeftConfig {
  /**
   * The layers that are changed: names, or ends of names after a dot; one string is a regular expression for whole
   * names, or `'all-linear'`. Default: the usual ones of the model's family, as in PEFT.
   */
  readonly target_modules?: readonly string[] | string | null;
  /** Layers that are left out although they fit, in the same form. */
  readonly exclude_modules?: readonly string[] | string | null;
  /** Modules that are trained as a whole and saved with the adapter, such as a new head. */
  readonly modules_to_save?: readonly string[] | null;
  /** `SEQ_CLS` and `TOKEN_CLS` add `classifier` and `score` to `modules_to_save`, `QUESTION_ANS` `qa_outputs`. */
  readonly task_type?: TaskType | null;
  /** The model that the adapter is for, written into its file. */
  readonly base_model_name_or_path?: string | null;
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

/** Settings of an adapter, told apart by `peft_type`. */
export type PeftConfig = LoraConfig | IA3Config | LNTuningConfig;

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
 * @throws TypeError for one that is not known, or asks for something that is not supported
 */
export function checkConfig(config: PeftConfig, names: readonly string[]): void {
  for (const [name, value] of Object.entries(config)) {
    if (common.includes(name) || names.includes(name) || ignored.has(name)) continue;
    const isEmpty =
      value === undefined ||
      value === null ||
      value === false ||
      value === 'none' ||
      (typeof value === 'object' && Object.keys(value).length === 0);
    if (!isEmpty) {
      throw new TypeError(
        `${config.peft_type}: '${name}' is not supported, or unknown: got ${JSON.stringify(value)}; it takes ${[...common, ...names].join(', ')}`,
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
