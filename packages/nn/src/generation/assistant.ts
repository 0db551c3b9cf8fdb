/**
 * What guesses the next tokens of a text, for the model to check them all at once.
 *
 * @module
 */
import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import { DraftModel } from './draft-model.ts';
import { type Guesser, isAssisted, type TextStart } from './guesser.ts';
import type { GenerateOptions, ResolvedSettings } from './options.ts';
import { PromptLookup } from './prompt-lookup.ts';
import type { GenerativeModel } from './session.ts';
import { endTokens } from './settings.ts';

/** What guesses tokens for a call, if it asks for that. */
export function makeGuesser(
  { assistant_model }: GenerateOptions,
  settings: ResolvedSettings,
  start: TextStart,
): Guesser | undefined {
  const { prompt_lookup_num_tokens, max_matching_ngram_size } = settings;
  const ends = endTokens(settings);
  if (assistant_model) {
    return new DraftModel(
      assistant_model,
      settings.assistant_confidence_threshold ?? 0,
      ends,
      start,
    );
  }
  return prompt_lookup_num_tokens === null
    ? undefined
    : new PromptLookup(max_matching_ngram_size ?? 2, ends);
}

/** @throws TypeError or RangeError if an assistant cannot help this model with these prompts */
export function checkAssistant(
  model: GenerativeModel,
  options: GenerateOptions,
  settings: ResolvedSettings,
  prompts: number,
): void {
  if (!isAssisted(settings, options)) return;
  if (prompts !== 1) {
    throw new RangeError(`generate: assisted generation wants one prompt: got ${prompts}`);
  }
  if ((settings.guidance_scale ?? 1) !== 1) {
    throw new TypeError('generate: guidance_scale does not go with assisted generation');
  }
  const { assistant_model } = options;
  if (!assistant_model) return;
  if (assistant_model instanceof Seq2SeqLM !== model instanceof Seq2SeqLM) {
    throw new TypeError('generate: assistant_model must be of the same kind as the model');
  }
  const [got, wants] = [assistant_model.config.vocab_size, model.config.vocab_size];
  if (got !== wants) {
    throw new RangeError(
      `generate: assistant_model must have the model's vocabulary of ${wants} tokens: got ${got}`,
    );
  }
}
