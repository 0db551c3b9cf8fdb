/** How far a training is. */
export interface TrainingProgress {
  /** What is being done. */
  stage: 'count words' | 'merge' | 'seed' | 'prune';
  /** Texts read, tokens in the vocabulary, or pieces left. */
  done: number;
  /** Tokens wanted; absent while counting, where the end is not known. */
  total?: number;
}

/** A training in steps: yields progress on the way, so that a caller can stay responsive. */
export type TrainingSteps<Result> = Generator<TrainingProgress, Result>;

/**
 * Runs a training and lets timers, input and other work run between its steps.
 *
 * @param steps - The training.
 * @param report - Called with each step's progress.
 */
export async function runSteps<Result>(
  steps: TrainingSteps<Result>,
  report?: (progress: TrainingProgress) => void,
): Promise<Result> {
  let step = steps.next();
  let rested = Date.now();
  while (!step.done) {
    report?.(step.value);
    if (Date.now() - rested >= BREAK_AFTER_MS) {
      await macrotask();
      rested = Date.now();
    }
    step = steps.next();
  }
  return step.value;
}

/** Longest time, in milliseconds, that a training keeps the event loop to itself. */
export const BREAK_AFTER_MS = 30;

/** Lets timers, input and other work run. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
