import type { GenerateOptions, ResolvedSettings } from './options.ts';

/** The numbers that a setting may have. */
interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** Whether `least` itself is too little. */
  readonly above?: boolean;
  readonly whole?: boolean;
}

const count: NumberRange = { least: 0, whole: true };
const positiveCount: NumberRange = { least: 1, whole: true };
const share: NumberRange = { least: 0, most: 1 };
const positive: NumberRange = { least: 0, above: true };
const any: NumberRange = {};

const numbers: Readonly<Partial<Record<keyof ResolvedSettings, NumberRange>>> = {
  max_length: count,
  max_new_tokens: positiveCount,
  min_length: count,
  min_new_tokens: count,
  max_time: { least: 0 },
  num_beams: positiveCount,
  num_beam_groups: positiveCount,
  diversity_penalty: { least: 0 },
  num_return_sequences: positiveCount,
  temperature: positive,
  top_k: count,
  top_p: share,
  min_p: share,
  typical_p: { least: 0, most: 1, above: true },
  epsilon_cutoff: { least: 0, most: 1 },
  eta_cutoff: { least: 0, most: 1 },
  repetition_penalty: positive,
  encoder_repetition_penalty: positive,
  presence_penalty: any,
  frequency_penalty: any,
  length_penalty: any,
  no_repeat_ngram_size: count,
  encoder_no_repeat_ngram_size: count,
  forced_bos_token_id: count,
  guidance_scale: any,
  prompt_lookup_num_tokens: positiveCount,
  max_matching_ngram_size: positiveCount,
  num_assistant_tokens: positiveCount,
  assistant_confidence_threshold: share,
  pad_token_id: { whole: true },
  bos_token_id: { whole: true },
  decoder_start_token_id: count,
};

const choices: Readonly<Partial<Record<keyof ResolvedSettings, readonly unknown[]>>> = {
  do_sample: [true, false],
  renormalize_logits: [true, false],
  remove_invalid_values: [true, false],
  early_stopping: [true, false, 'never'],
  num_assistant_tokens_schedule: ['constant', 'heuristic_transient'],
};

const tokenLists = [
  'suppress_tokens',
  'begin_suppress_tokens',
  'eos_token_id',
  'forced_eos_token_id',
] as const;

/** What would be done without, where a setting has a value that it cannot have. */
const fixes: Readonly<Partial<Record<keyof ResolvedSettings, string>>> = {
  temperature: '; set do_sample: false for the likeliest tokens',
};

/** @throws RangeError or TypeError for values, and for settings that do not go together */
export function checkSettings(settings: ResolvedSettings, options: GenerateOptions): void {
  for (const [name, range] of Object.entries(numbers)) {
    const value = settings[name as keyof ResolvedSettings];
    if (value !== null) checkNumber(name as keyof ResolvedSettings, value, range);
  }
  for (const [name, allowed] of Object.entries(choices)) {
    const value = settings[name as keyof ResolvedSettings];
    if (!allowed.includes(value)) {
      throw new TypeError(
        `generate: ${name} must be one of ${allowed.join(', ')}: got ${JSON.stringify(value)}`,
      );
    }
  }
  for (const name of tokenLists) {
    const value = settings[name];
    const isList = value === null || [value].flat().every((id) => Number.isInteger(id));
    if (!isList) {
      throw new TypeError(`generate: ${name} wants ids of tokens: got ${JSON.stringify(value)}`);
    }
  }
  checkTogether(settings, options);
}

function checkNumber(
  name: keyof ResolvedSettings,
  value: unknown,
  { least, most, above = false, whole = false }: NumberRange,
): void {
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  const isWithin =
    isNumber &&
    (least === undefined || (above ? value > least : value >= least)) &&
    (most === undefined || value <= most) &&
    (!whole || Number.isInteger(value));
  if (isWithin) return;
  const limits = [
    ...(least === undefined ? [] : [above ? `above ${least}` : `at least ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ];
  const wants = [whole ? 'a whole number' : 'a number', limits.join(' and ')].filter(Boolean);
  const got = typeof value === 'number' ? String(value) : JSON.stringify(value);
  throw new RangeError(
    `generate: ${name} must be ${wants.join(' ')}: got ${got}${fixes[name] ?? ''}`,
  );
}

function checkTogether(settings: ResolvedSettings, options: GenerateOptions): void {
  const { num_beams, num_beam_groups, num_return_sequences, do_sample } = settings;
  if (num_return_sequences > num_beams && (!do_sample || num_beams > 1)) {
    throw new RangeError(
      `generate: num_return_sequences is ${num_return_sequences}, wants at most num_beams, ${num_beams}${do_sample ? '' : ', without do_sample'}`,
    );
  }
  if (num_beam_groups > 1) {
    if (num_beams % num_beam_groups !== 0) {
      throw new RangeError(
        `generate: num_beams must be a multiple of num_beam_groups: got ${num_beams} and ${num_beam_groups}`,
      );
    }
    if (do_sample) {
      throw new TypeError(
        'generate: groups of beams do not sample; leave out do_sample or num_beam_groups',
      );
    }
    if (!settings.diversity_penalty) {
      throw new RangeError(
        'generate: num_beam_groups wants a diversity_penalty above 0, or all groups find the same',
      );
    }
  } else if (settings.diversity_penalty) {
    throw new RangeError('generate: diversity_penalty wants num_beam_groups above 1');
  }
  if (settings.guidance_scale !== null && settings.guidance_scale !== 1 && num_beams > 1) {
    throw new TypeError('generate: guidance_scale does not go with beams; set num_beams: 1');
  }
  if (options.negative_prompt_ids && (settings.guidance_scale ?? 1) === 1) {
    throw new TypeError('generate: negative_prompt_ids wants a guidance_scale other than 1');
  }
  if (options.negative_prompt_attention_mask && !options.negative_prompt_ids) {
    throw new TypeError('generate: negative_prompt_attention_mask wants negative_prompt_ids');
  }
  if (options.assistant_model && settings.prompt_lookup_num_tokens !== null) {
    throw new TypeError(
      'generate: assistant_model and prompt_lookup_num_tokens both guess tokens; choose one',
    );
  }
  const isAssisted = options.assistant_model || settings.prompt_lookup_num_tokens !== null;
  if (isAssisted && (num_beams > 1 || num_return_sequences > 1)) {
    throw new TypeError(
      'generate: assisted generation makes one text: set num_beams and num_return_sequences to 1',
    );
  }
}
