import type { GenerateOptions, ResolvedSettings } from './options.ts';
import type { Prompts } from './prompts.ts';

/** Guesses what follows a text. */
export interface Guesser {
  /**
   * Guesses at most `most` tokens after `ids`.
   *
   * @param ids all tokens so far, the prompt included
   */
  guess(ids: readonly number[], most: number): Promise<number[]>;
  /** Gives back what it holds. */
  end(): void;
}

/** Where the text that is guessed begins. */
export interface TextStart {
  readonly prompts: Prompts;
  /** First tokens of the decoder: the prompt itself, for a decoder alone. */
  readonly start: readonly (readonly number[])[];
  readonly promptLength: number;
  readonly maxLength: number;
}

/** Whether the call guesses tokens. */
export function isAssisted(settings: ResolvedSettings, options: GenerateOptions): boolean {
  return options.assistant_model !== undefined || settings.prompt_lookup_num_tokens !== null;
}

/** Positions that guesses may take beyond the text's end. */
export function guessLength(settings: ResolvedSettings, options: GenerateOptions): number {
  return isAssisted(settings, options) ? mostGuesses + 1 : 0;
}

/** Tokens that are guessed in one round at most. */
export const mostGuesses = 63;
