/**
 * Options of generation: transformers' names and meanings, their defaults, and where they come from.
 *
 * @module
 */
import type { ModelConfig, Settings } from '../pretrained/config.ts';
import type { LogitsProcessor } from './processors.ts';
import type { StoppingCriterion } from './stop.ts';

/** Settings that `generation_config.json` may hold too. */
export interface GenerationSettings {
  /** Most tokens, the prompt included; `max_new_tokens` goes before it. Default 20. */
  readonly max_length?: number | null;
  /** Most new tokens. */
  readonly max_new_tokens?: number | null;
  /** Fewest tokens, the prompt included. Default 0. */
  readonly min_length?: number | null;
  /** Fewest new tokens. */
  readonly min_new_tokens?: number | null;
  /** When beam search ends: as soon as there are enough texts, by a heuristic (default), or only when sure. */
  readonly early_stopping?: boolean | 'never';
  /** Texts that end generation, with their end; needs `tokenizer`. */
  readonly stop_strings?: string | readonly string[] | null;
  /** Seconds after which generation ends. */
  readonly max_time?: number | null;
  /** Whether tokens are drawn at random rather than taken by score. Default false. */
  readonly do_sample?: boolean;
  /** Texts that beam search follows side by side. Default 1: no beam search. */
  readonly num_beams?: number;
  /** Texts returned for each input. Default 1. */
  readonly num_return_sequences?: number;
  /** Divides logits. Default 1. */
  readonly temperature?: number | null;
  /** Keeps the likeliest tokens; 0 for all. Default 50, with `do_sample`. */
  readonly top_k?: number | null;
  /** Keeps the likeliest tokens that together have this probability. Default 1. */
  readonly top_p?: number | null;
  /** Keeps tokens at least this share as likely as the likeliest. */
  readonly min_p?: number | null;
  /** Keeps the tokens of most typical information up to this mass (Meister et al., 2022). Default 1. */
  readonly typical_p?: number | null;
  /** Keeps tokens with at least this probability (Hewitt et al., 2022). Default 0. */
  readonly epsilon_cutoff?: number | null;
  /** As `epsilon_cutoff`, lower where the distribution is flat. Default 0. */
  readonly eta_cutoff?: number | null;
  /** Makes tokens that occurred less likely: logits divided by it if positive, else multiplied. Default 1. */
  readonly repetition_penalty?: number | null;
  /** The same for tokens that do not occur in the encoder's text. Default 1. */
  readonly encoder_repetition_penalty?: number | null;
  /** Taken off the logit of each new token that occurred, once. Default 0. */
  readonly presence_penalty?: number | null;
  /** Taken off the logit of each new token as often as it occurred. Default 0. */
  readonly frequency_penalty?: number | null;
  /** Beam scores are divided by the new length to this power. Default 1. */
  readonly length_penalty?: number | null;
  /** No sequence of so many tokens occurs twice. Default 0: no limit. */
  readonly no_repeat_ngram_size?: number | null;
  /** None of the encoder's sequences of so many tokens occurs. Default 0. */
  readonly encoder_no_repeat_ngram_size?: number | null;
  /** Sequences of tokens that do not occur. */
  readonly bad_words_ids?: readonly (readonly number[])[] | null;
  /** What is added to the score of the last token of a sequence: pairs of tokens and number. */
  readonly sequence_bias?: readonly (readonly [readonly number[], number])[] | null;
  /** Whether scores are made log-probabilities again at the end. Default false. */
  readonly renormalize_logits?: boolean;
  /** The first token after the decoder's start. */
  readonly forced_bos_token_id?: number | null;
  /** The last token where `max_length` is reached. */
  readonly forced_eos_token_id?: number | readonly number[] | null;
  /** Whether NaN and infinite scores are replaced. Default false. */
  readonly remove_invalid_values?: boolean;
  /** From `start` new tokens on, the end token gets likelier by `factor` each: [start, factor]. */
  readonly exponential_decay_length_penalty?: readonly [number, number] | null;
  /** Tokens that do not occur. */
  readonly suppress_tokens?: readonly number[] | null;
  /** Tokens that do not come first. */
  readonly begin_suppress_tokens?: readonly number[] | null;
  readonly pad_token_id?: number | null;
  readonly bos_token_id?: number | null;
  readonly eos_token_id?: number | readonly number[] | null;
  readonly decoder_start_token_id?: number | null;
}

/** What turns tokens into text, such as a tokenizer of `@llm/tokenizers`. */
export interface TokenDecoder {
  /** The text of tokens. */
  decode(ids: number[]): string;
}

/** Options of a call of `generate`. */
export interface GenerateOptions extends GenerationSettings {
  /** Seed of the draws; by default they go on from the default generator. */
  readonly seed?: number;
  /** Ends generation; what is there is thrown away and the signal's reason thrown. */
  readonly signal?: AbortSignal;
  /** Called with the new tokens of each step, one per row; undefined for a row that has ended. */
  readonly streamer?: (tokens: readonly (number | undefined)[]) => void;
  /** Changes scores after the processors of the settings and before sampling's. */
  readonly logits_processor?: readonly LogitsProcessor[];
  /** Ends a row when any of them says so. */
  readonly stopping_criteria?: readonly StoppingCriterion[];
  /** Turns tokens into text, for `stop_strings`. */
  readonly tokenizer?: TokenDecoder;
  /** Whether `scores` are returned: log-probabilities of the chosen tokens. Default false. */
  readonly output_scores?: boolean;
}

/** Settings that work, with their defaults. */
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
  pad_token_id: null,
  bos_token_id: null,
  eos_token_id: null,
  decoder_start_token_id: null,
};

const callOnly = [
  'seed',
  'signal',
  'streamer',
  'logits_processor',
  'stopping_criteria',
  'tokenizer',
  'output_scores',
];

/** Names of Python's `GenerationConfig` that do nothing here, with the values under which that is right. */
const withoutEffect: Readonly<Record<string, readonly unknown[]>> = {
  use_cache: [true],
  num_beam_groups: [1],
  diversity_penalty: [0],
  return_dict_in_generate: [true, false],
  output_attentions: [false],
  output_hidden_states: [false],
  output_logits: [false],
  guidance_scale: [1],
  token_healing: [false],
  low_memory: [false],
};

/** Settings of one call, complete. */
export type ResolvedSettings = Required<GenerationSettings>;

/**
 * Settings of the call over those of `generation_config.json` over those that older `config.json`s hold.
 *
 * @throws TypeError for an option of the call that is unknown or does not work here; stored ones never stop a call
 */
export function resolveSettings(
  options: GenerateOptions,
  stored: Settings,
  config: ModelConfig,
): ResolvedSettings {
  for (const [name, value] of Object.entries(options)) {
    if (name in defaults || callOnly.includes(name) || value === undefined || value === null)
      continue;
    if (withoutEffect[name]?.includes(value)) continue;
    throw new TypeError(
      `generate: ${name} is not supported here; it takes ${[...Object.keys(defaults), ...callOnly].join(', ')}`,
    );
  }
  const known = Object.keys(defaults) as (keyof GenerationSettings)[];
  const pick = (settings: object) =>
    Object.fromEntries(
      known
        .map((name) => [name, (settings as Record<string, unknown>)[name]] as const)
        .filter(([, value]) => value !== undefined && value !== null),
    );
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
  // A length of the call goes before a number of new tokens in the file.
  if (options.max_length != null && options.max_new_tokens == null) {
    check(resolved);
    return { ...resolved, max_new_tokens: null };
  }
  check(resolved);
  return resolved;
}

function check({
  num_beams,
  num_return_sequences,
  do_sample,
  temperature,
}: ResolvedSettings): void {
  if (!Number.isInteger(num_beams) || num_beams < 1) {
    throw new RangeError(`generate: num_beams must be a whole number above 0: got ${num_beams}`);
  }
  if (num_return_sequences > num_beams && !do_sample) {
    throw new RangeError(
      `generate: num_return_sequences is ${num_return_sequences}, wants at most num_beams, ${num_beams}, without do_sample`,
    );
  }
  if (num_beams > 1 && do_sample) {
    throw new TypeError('generate: num_beams with do_sample is not supported here; choose one');
  }
  if (temperature !== null && !(temperature > 0)) {
    throw new RangeError(
      `generate: temperature must be above 0: got ${temperature}; set do_sample: false for the likeliest tokens`,
    );
  }
}

/** Ids that end a text. */
export function endTokens({ eos_token_id }: ResolvedSettings): readonly number[] {
  return eos_token_id === null ? [] : [eos_token_id].flat();
}
