/**
 * What changes the scores of the next token before it is chosen, with the formulas of transformers'
 * `logits_process.py`.
 *
 * @module
 */
import type { LogitsProcessor } from './callbacks.ts';
import type { GenerateOptions, ResolvedSettings } from './options.ts';
import { logSoftmax } from './scores.ts';
import { endTokens } from './settings.ts';

export type { LogitsProcessor } from './callbacks.ts';

const never = Number.NEGATIVE_INFINITY;

/** What processors know of the call. */
interface ProcessorSetup {
  readonly settings: ResolvedSettings;
  /** Tokens before generation, padding included. */
  readonly promptLength: number;
  /** Most tokens, the prompt included. */
  readonly maxLength: number;
  /** Tokens of the prompts or of the encoder, by prompt. */
  readonly encoderIds: readonly (readonly number[])[];
  /** Rows that go on from each prompt. */
  readonly copies: number;
  /** See `GenerateOptions`. */
  readonly prefix_allowed_tokens_fn?: GenerateOptions['prefix_allowed_tokens_fn'];
}

/** The processors that the settings ask for, in Python's order. */
export function makeProcessors(setup: ProcessorSetup): LogitsProcessor[] {
  const { settings, promptLength, maxLength, encoderIds, copies, prefix_allowed_tokens_fn } = setup;
  const sourceOf = (row: number) => encoderIds[Math.floor(row / copies)]!;
  const ends = endTokens(settings);
  const list: LogitsProcessor[] = [];
  const use = <T>(
    value: T | null,
    isOff: (value: T) => boolean,
    make: (value: T) => LogitsProcessor,
  ) => {
    if (value !== null && !isOff(value)) list.push(make(value));
  };
  const isZero = (value: number) => value === 0;
  const isOne = (value: number) => value === 1;
  use(settings.sequence_bias, () => false, sequenceBias);
  use(settings.diversity_penalty, isZero, (penalty) => (_, scores, { chosenByGroups = [] }) => {
    for (const id of chosenByGroups) scores[id]! -= penalty;
  });
  use(
    settings.encoder_repetition_penalty,
    isOne,
    (penalty) =>
      (_, scores, { row }) =>
        penalize(sourceOf(row), scores, 1 / penalty),
  );
  use(
    settings.repetition_penalty,
    isOne,
    (penalty) => (ids, scores) => penalize(ids, scores, penalty),
  );
  use(settings.presence_penalty, isZero, (penalty) => (ids, scores) => {
    for (const id of new Set(ids.slice(promptLength))) scores[id]! -= penalty;
  });
  use(settings.frequency_penalty, isZero, (penalty) => (ids, scores) => {
    for (const id of ids.slice(promptLength)) scores[id]! -= penalty;
  });
  use(settings.no_repeat_ngram_size, isZero, (size) => (ids, scores) => {
    for (const id of followers(ids, ids, size)) scores[id] = never;
  });
  use(settings.encoder_no_repeat_ngram_size, isZero, (size) => (ids, scores, { row }) => {
    for (const id of followers(sourceOf(row), ids, size)) scores[id] = never;
  });
  use(
    settings.bad_words_ids,
    () => false,
    (words) => {
      const banned = words.filter((word) => !(word.length === 1 && ends.includes(word[0]!)));
      return sequenceBias(banned.map((word) => [word, never]));
    },
  );
  const shortest = Math.max(
    settings.min_length ?? 0,
    settings.min_new_tokens ? promptLength + settings.min_new_tokens : 0,
  );
  if (shortest > 0) {
    list.push((ids, scores) => {
      if (ids.length < shortest) for (const end of ends) scores[end] = never;
    });
  }
  if (prefix_allowed_tokens_fn) {
    list.push((ids, scores, { row }) => {
      const prompt = Math.floor(row / copies);
      keepOnly(scores, prefix_allowed_tokens_fn(prompt, ids), prompt);
    });
  }
  use(
    settings.forced_bos_token_id,
    () => false,
    (token) => (ids, scores) => {
      if (ids.length === 1) force(scores, [token]);
    },
  );
  use(
    settings.forced_eos_token_id,
    () => false,
    (token) => (ids, scores) => {
      if (ids.length === maxLength - 1) force(scores, [token].flat() as number[]);
    },
  );
  if (settings.remove_invalid_values) list.push((_, scores) => removeInvalid(scores));
  use(
    settings.exponential_decay_length_penalty,
    () => false,
    ([start, factor]) =>
      (ids, scores) => {
        const over = ids.length - promptLength - start;
        if (over <= 0) return;
        for (const end of ends) scores[end]! += Math.abs(scores[end]!) * (factor ** over - 1);
      },
  );
  use(
    settings.suppress_tokens,
    () => false,
    (tokens) => (_, scores) => {
      for (const token of tokens) scores[token] = never;
    },
  );
  use(
    settings.begin_suppress_tokens,
    () => false,
    (tokens) => {
      const forced = promptLength <= 1 && settings.forced_bos_token_id !== null;
      const first = promptLength + (forced ? 1 : 0);
      return (ids, scores) => {
        if (ids.length === first) for (const token of tokens) scores[token] = never;
      };
    },
  );
  return list;
}

/** The last processor, where `renormalize_logits` asks for it. */
export const renormalize: LogitsProcessor = (_, scores) => logSoftmax(scores);

/** Scores of tokens that occurred: divided by the penalty if positive, else multiplied. */
function penalize(ids: readonly number[], scores: Float32Array, penalty: number): void {
  for (const id of new Set(ids)) {
    const score = scores[id]!;
    scores[id] = score < 0 ? score * penalty : score / penalty;
  }
}

/** Tokens that in `text` follow the last `size − 1` tokens of `ids`. */
function* followers(
  text: readonly number[],
  ids: readonly number[],
  size: number,
): Generator<number> {
  if (ids.length + 1 < size) return;
  const recent = ids.slice(ids.length - (size - 1));
  for (let start = 0; start + size <= text.length; start++) {
    if (recent.every((id, i) => text[start + i] === id)) yield text[start + size - 1]!;
  }
}

/** Adds to the score of a sequence's last token where all before it stand at the end of the text. */
function sequenceBias(pairs: readonly (readonly [readonly number[], number])[]): LogitsProcessor {
  for (const [sequence] of pairs) {
    if (sequence.length === 0)
      throw new RangeError('generate: an empty sequence of tokens is banned or biased');
  }
  return (ids, scores) => {
    for (const [sequence, bias] of pairs) {
      const before = sequence.length - 1;
      // As in Python, a sequence as long as the text is not looked for.
      if (before > 0 && sequence.length > ids.length) continue;
      const start = ids.length - before;
      const last = sequence[before]!;
      if (last >= scores.length) {
        throw new RangeError(
          `generate: token ${last} is not in the vocabulary of ${scores.length} tokens`,
        );
      }
      if (sequence.slice(0, before).every((id, i) => ids[start + i] === id)) scores[last]! += bias;
    }
  };
}

/** Rules out all other tokens. */
function keepOnly(scores: Float32Array, allowed: readonly number[], prompt: number): void {
  if (allowed.length === 0) {
    throw new RangeError(`generate: prefix_allowed_tokens_fn allows no token for prompt ${prompt}`);
  }
  const kept = allowed.map((id) => [id, scores[id]] as const);
  scores.fill(never);
  for (const [id, score] of kept) if (score !== undefined) scores[id] = score;
}

function force(scores: Float32Array, tokens: readonly number[]): void {
  scores.fill(never);
  for (const token of tokens) scores[token] = 0;
}

const largest = 3.4028234663852886e38;

function removeInvalid(scores: Float32Array): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    scores[i] = Number.isNaN(score) ? 0 : Math.min(largest, Math.max(-largest, score));
  }
}
