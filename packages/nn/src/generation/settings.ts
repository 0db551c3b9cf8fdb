/**
 * The settings of a call: its options over `generation_config.json` over `config.json` over defaults.
 *
 * @module
 */
import type { ModelConfig, Settings } from '../pretrained/config.ts';
import { checkSettings } from './check-settings.ts';
import type { GenerateOptions, GenerationSettings, ResolvedSettings } from './options.ts';

/** Settings that work, with Python's defaults. */
const defaults: Required<GenerationSettings> = {
  max_length: 20,
  max_new_tokens: null,
  min_length: 0,
  min_new_tokens: null,
  early_stopping: false,
  stop_strings: null,
  max_time: null,
  do_sample: false,
  num_beams: 1,
  num_beam_groups: 1,
  diversity_penalty: 0,
  num_return_sequences: 1,
  temperature: 1,
  top_k: 50,
  top_p: 1,
  min_p: null,
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  repetition_penalty: 1,
  encoder_repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  length_penalty: 1,
  no_repeat_ngram_size: 0,
  encoder_no_repeat_ngram_size: 0,
  bad_words_ids: null,
  sequence_bias: null,
  renormalize_logits: false,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  remove_invalid_values: false,
  exponential_decay_length_penalty: null,
  suppress_tokens: null,
  begin_suppress_tokens: null,
  guidance_scale: null,
  prompt_lookup_num_tokens: null,
  max_matching_ngram_size: null,
  num_assistant_tokens: 20,
  num_assistant_tokens_schedule: 'constant',
  assistant_confidence_threshold: 0.4,
  pad_token_id: null,
  bos_token_id: null,
  eos_token_id: null,
  decoder_start_token_id: null,
};

/** Options that no file holds. A missing one does not compile. */
const callOnly: Readonly<Record<Exclude<keyof GenerateOptions, keyof GenerationSettings>, true>> = {
  seed: true,
  signal: true,
  streamer: true,
  logits_processor: true,
  stopping_criteria: true,
  tokenizer: true,
  regex: true,
  json_schema: true,
  output_scores: true,
  output_logits: true,
  assistant_model: true,
  negative_prompt_ids: true,
  negative_prompt_attention_mask: true,
  prefix_allowed_tokens_fn: true,
  uniforms: true,
};

/**
 * Settings of the call over those of `generation_config.json` over those that older `config.json`s hold.
 *
 * @throws TypeError for an option of the call that is unknown or does not work here; stored ones never stop a call
 */
export async function resolveSettings(
  options: GenerateOptions,
  stored: Settings,
  config: ModelConfig,
): Promise<ResolvedSettings> {
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(defaults, name) || Object.hasOwn(callOnly, name)) continue;
    if (value === undefined || value === null) continue;
    const { refuse } = await import('./refused.ts'); // the reasons are as long as the rules
    refuse(name, value, [...Object.keys(defaults), ...Object.keys(callOnly)]);
  }
  // Like Python: the model's settings count where there is no `generation_config.json`, but for special tokens.
  const hasOwn = Object.keys(stored).length > 0;
  const fromModel = Object.entries(pick(config)).filter(
    ([name]) => !hasOwn || (name.endsWith('_token_id') && !name.startsWith('forced_')),
  );
  const resolved = {
    ...defaults,
    ...Object.fromEntries(fromModel),
    ...pick(stored),
    ...pick(options),
  } as ResolvedSettings;
  checkSettings(resolved, options);
  // A length of the call goes before a number of new tokens in the file.
  const isLengthGiven = options.max_length != null && options.max_new_tokens == null;
  return isLengthGiven ? { ...resolved, max_new_tokens: null } : resolved;
}

function pick(settings: object): Record<string, unknown> {
  const known = new Map(Object.entries(settings));
  return Object.fromEntries(
    Object.keys(defaults)
      .map((name) => [name, known.get(name)] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Ids that end a text. */
export function endTokens({ eos_token_id }: ResolvedSettings): readonly number[] {
  return eos_token_id === null ? [] : [eos_token_id].flat();
}
