/** A class, by its number or its name. */
export type Label = string | number;

/**
 * Checks that there is one prediction for each reference, and at least one.
 *
 * @throws RangeError where the counts differ or are 0
 */
export function checkPairs(
  metric: string,
  predictions: ArrayLike<unknown>,
  references: ArrayLike<unknown>,
): void {
  if (predictions.length !== references.length) {
    throw new RangeError(
      `${metric}: wants one prediction per reference: got ${predictions.length} and ${references.length}`,
    );
  }
  if (predictions.length === 0) throw new RangeError(`${metric}: got no predictions`);
}

/** The labels that occur, each once: numbers by size, then names by code points. */
export function labelsOf(...lists: readonly ArrayLike<Label>[]): Label[] {
  const labels = new Set(lists.flatMap((list) => Array.from(list)));
  return [...labels].sort((a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a === typeof b) return a < b ? -1 : 1;
    return typeof a === 'number' ? -1 : 1;
  });
}

/**
 * Checks values that are averaged, so that one NaN does not become a plausible score.
 *
 * @throws RangeError naming the first value that is not finite
 */
export function checkFinite(metric: string, name: string, values: ArrayLike<number>): void {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      throw new RangeError(`${metric}: ${name} ${index} is ${values[index]}, not a finite number`);
    }
  }
}
