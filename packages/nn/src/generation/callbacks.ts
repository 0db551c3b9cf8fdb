/**
 * Functions of the caller that generation calls.
 *
 * @module
 */

/** The row that scores belong to. */
export interface ProcessorContext {
  /** Number of the row. */
  readonly row: number;
  /** Tokens before generation, padding included. */
  readonly promptLength: number;
  /** With groups of beams: what earlier groups of the same prompt chose at this step. */
  readonly chosenByGroups?: readonly number[];
}

/**
 * Changes `scores` [vocab_size] of the token after `ids` in place, or returns others.
 *
 * @param ids all tokens so far, the prompt and its padding included
 */
export type LogitsProcessor = (
  ids: readonly number[],
  scores: Float32Array,
  context: ProcessorContext,
) => // biome-ignore lint/suspicious/noConfusingVoidType: one that works in place returns nothing
Float32Array | void;

/** Whether a text has ended. @param ids all tokens so far @param newTokens those generated */
export type StoppingCriterion = (ids: readonly number[], newTokens: readonly number[]) => boolean;
