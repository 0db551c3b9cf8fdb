import { RandomSource } from '../../data/random-source.ts';

/** What a hyperparameter may be: one of a list, or a number of a range whose ends are included. */
export type Distribution =
  | { readonly choice: readonly HyperparameterValue[] }
  | { readonly uniform: readonly [low: number, high: number] }
  /** Uniform in the logarithm. */
  | { readonly log_uniform: readonly [low: number, high: number] }
  | { readonly integer: readonly [low: number, high: number] };

/** A value of a hyperparameter. */
export type HyperparameterValue = number | string | boolean;

/** Hyperparameters of a trial by name. */
export type Hyperparameters = Readonly<Record<string, HyperparameterValue>>;

/** Hyperparameters with what they may be. */
export type SearchSpace = Readonly<Record<string, Distribution>>;

/** The space that transformers searches where none is given. */
export const defaultSpace: SearchSpace = {
  learning_rate: { log_uniform: [1e-6, 1e-4] },
  num_train_epochs: { integer: [1, 5] },
  seed: { integer: [1, 40] },
  per_device_train_batch_size: { choice: [4, 8, 16, 32, 64] },
};

/**
 * Checks a space.
 *
 * @throws TypeError for an unknown distribution. @throws RangeError for one without values
 */
export function checkSpace(space: SearchSpace): void {
  if (Object.keys(space).length === 0)
    throw new RangeError('hyperparameter_search: hp_space is empty');
  for (const [name, distribution] of Object.entries(space)) {
    const [kind, ...others] = Object.keys(distribution);
    if (!['choice', 'uniform', 'log_uniform', 'integer'].includes(kind!) || others.length > 0) {
      throw new TypeError(
        `hyperparameter_search: ${name} wants one of 'choice', 'uniform', 'log_uniform', 'integer': got ${JSON.stringify(distribution)}`,
      );
    }
    if (!hasValues(distribution)) {
      throw new RangeError(
        `hyperparameter_search: ${name} has no values: got ${JSON.stringify(distribution)}; ranges go from the lower to the higher end, log_uniform from above 0`,
      );
    }
  }
}

function hasValues(distribution: Distribution): boolean {
  if ('choice' in distribution)
    return Array.isArray(distribution.choice) && distribution.choice.length > 0;
  const [low, high] = rangeOf(distribution);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) return false;
  if ('integer' in distribution) return Number.isInteger(low) && Number.isInteger(high);
  return 'uniform' in distribution || low > 0;
}

function rangeOf(
  distribution: Exclude<Distribution, { choice: unknown }>,
): readonly [number, number] {
  if ('uniform' in distribution) return distribution.uniform;
  return 'integer' in distribution ? distribution.integer : distribution.log_uniform;
}

/** The hyperparameters of a trial of a random search: a function of seed and trial alone. */
export function drawTrial(space: SearchSpace, seed: number, trial: number): Hyperparameters {
  const random = new RandomSource(seed, trial);
  return Object.fromEntries(
    Object.entries(space).map(([name, distribution]) => [name, draw(distribution, random)]),
  );
}

function draw(distribution: Distribution, random: RandomSource): HyperparameterValue {
  if ('choice' in distribution)
    return distribution.choice[random.below(distribution.choice.length)]!;
  const [low, high] = rangeOf(distribution);
  if ('integer' in distribution) return low + random.below(high - low + 1);
  if ('uniform' in distribution) return low + (high - low) * random.next();
  return low * (high / low) ** random.next();
}

/** Every combination of a space's values, the last hyperparameter changing first. @throws RangeError for a range of reals */
export function gridOf(space: SearchSpace): Hyperparameters[] {
  let trials: Hyperparameters[] = [{}];
  for (const [name, distribution] of Object.entries(space)) {
    const values = listOf(name, distribution);
    trials = trials.flatMap((trial) => values.map((value) => ({ ...trial, [name]: value })));
  }
  return trials;
}

function listOf(name: string, distribution: Distribution): readonly HyperparameterValue[] {
  if ('choice' in distribution) return distribution.choice;
  if ('integer' in distribution) {
    const [low, high] = distribution.integer;
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  }
  throw new RangeError(
    `hyperparameter_search: a grid wants lists: give ${name} as { choice: […] } instead of ${JSON.stringify(distribution)}`,
  );
}
