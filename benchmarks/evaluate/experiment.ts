/**
 * What an experiment is: a recipe that learns from a data set and is scored on its test part.
 *
 * @module
 */
import type { TrainerCallback, TrainingArguments } from '@llm/train';

/** Scores by name, in percent. */
export type Scores = Readonly<Record<string, number>>;

/** What a run of an experiment is given. */
export interface Run {
  readonly seed: number;
  /** Where checkpoints go and steps end: to be put over the recipe's own arguments. */
  readonly args: Partial<TrainingArguments>;
  readonly callbacks: readonly TrainerCallback[];
  readonly signal: AbortSignal;
  /** Prints a line of progress. */
  log(message: string): void;
}

/** A recipe. */
export interface Experiment {
  readonly name: string;
  /** Data, model and score in a line. */
  readonly summary: string;
  /** Whether it starts from all-MiniLM-L6-v2, which is downloaded once. */
  readonly needsMinilm?: boolean;
  /** Seeds that make up the score: their mean. */
  readonly seeds: readonly number[];
  /** The scores asked for, in percent. */
  readonly bars: Scores;
  /** Points that the mean may lie below PyTorch's, by score. */
  readonly belowPyTorch: Scores;
  run(run: Run): Promise<Scores>;
}

/** A run that was ended from outside and can go on. */
export class Interrupted extends Error {
  constructor(step: number, steps: number) {
    super(`stopped at step ${step} of ${steps}`);
    this.name = 'Interrupted';
  }
}
