/**
 * Options of generation, with transformers' names and meanings.
 *
 * @module
 */
import type { Ids } from '../pretrained/inputs.ts';
import type { CausalLM } from '../tasks/causal-lm.ts';
import type { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import type { LogitsProcessor, StoppingCriterion } from './callbacks.ts';
import type { JsonSchema } from './constraints/schema-keywords.ts';

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
  /** Groups of beams that search one after another and avoid each other's tokens. Default 1. */
  readonly num_beam_groups?: number;
  /** Taken off the score of a token as often as earlier groups chose it at this step. Default 0. */
  readonly diversity_penalty?: number | null;
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
  /**
   * How far scores are pushed away from those of the negative prompt, or of the last token alone (classifier-free
   * guidance); 1 for not at all. For decoders without an encoder.
   */
  readonly guidance_scale?: number | null;
  /** Most tokens guessed from an earlier place of the text that reads the same, for the model to check at once. */
  readonly prompt_lookup_num_tokens?: number | null;
  /** Most tokens by which such a place is found. Default 2. */
  readonly max_matching_ngram_size?: number | null;
  /** Most tokens that `assistant_model` guesses before the model checks them. Default 20. */
  readonly num_assistant_tokens?: number;
  /** Whether that number stays, or grows by 2 after a round of right guesses and shrinks by 1 otherwise. */
  readonly num_assistant_tokens_schedule?: 'constant' | 'heuristic_transient';
  /** The assistant stops guessing at a token less likely than this. Default 0.4; 0 never stops it. */
  readonly assistant_confidence_threshold?: number | null;
  readonly pad_token_id?: number | null;
  readonly bos_token_id?: number | null;
  readonly eos_token_id?: number | readonly number[] | null;
  readonly decoder_start_token_id?: number | null;
}

/** Settings of one call, complete. */
export type ResolvedSettings = Required<GenerationSettings>;

/** What turns tokens into text, such as a tokenizer of `@llm/tokenizers`. */
export interface TokenDecoder {
  /** The text of tokens. */
  decode(ids: number[]): string;
  /** The bytes that each token adds to a text, special tokens left out. Needed for `regex` and `json_schema`. */
  token_bytes?(): ReadonlyMap<number, Uint8Array>;
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
  /**
   * The new text matches it as a whole: JavaScript's syntax without looking around, references, boundaries and
   * properties. Needs `tokenizer`. A text that is cut off by its length may be incomplete.
   */
  readonly regex?: string | RegExp;
  /**
   * The new text is JSON of this schema, with a subset of its keywords; another keyword throws by name. Needs
   * `tokenizer`. A text that is cut off by its length may be incomplete.
   */
  readonly json_schema?: JsonSchema | boolean;
  /** Turns tokens into text, for `stop_strings`, `regex` and `json_schema`. */
  readonly tokenizer?: TokenDecoder;
  /** Whether the scores that tokens were chosen by are returned. Default false. */
  readonly output_scores?: boolean;
  /** Whether the model's scores before all processors are returned. Default false. */
  readonly output_logits?: boolean;
  /** Guesses tokens for the model to check: a smaller model with the same vocabulary. One prompt only. */
  readonly assistant_model?: CausalLM | Seq2SeqLM;
  /** What `guidance_scale` pushes away from: tokens [batch, length]. */
  readonly negative_prompt_ids?: Ids;
  /** 1 for tokens, 0 for padding, of the shape of `negative_prompt_ids`. Default: no padding. */
  readonly negative_prompt_attention_mask?: Ids;
  /** The tokens that may follow the text `ids` of a prompt, which `prompt` numbers. */
  readonly prefix_allowed_tokens_fn?: (prompt: number, ids: readonly number[]) => readonly number[];
  /** The numbers from 0 to below 1 that tokens are drawn by, `count` for each step, instead of a generator's. */
  readonly uniforms?: (count: number) => ArrayLike<number>;
}
