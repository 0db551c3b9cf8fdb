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
