/** How often each n-gram occurs, by its units joined with `separator`. */
export type NgramCounts = Map<string, number>;

/**
 * Counts the n-grams of one order.
 *
 * @param units - words or characters
 * @param order - n, at least 1
 * @param separator - joins the units of an n-gram; must not occur in a unit, unless units are
 * single characters and it is empty
 */
export function countNgrams(
  units: readonly string[],
  order: number,
  separator: string,
): NgramCounts {
  const counts: NgramCounts = new Map();
  for (let start = 0; start + order <= units.length; start++) {
    const ngram = units.slice(start, start + order).join(separator);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams two texts share, each counted as often as it occurs in both. */
export function countMatches(hypothesis: NgramCounts, reference: NgramCounts): number {
  let matches = 0;
  for (const [ngram, count] of hypothesis) {
    matches += Math.min(count, reference.get(ngram) ?? 0);
  }
  return matches;
}

/** One reference translation of a text, or several. */
export type References = string | readonly string[];

/**
 * Pairs each hypothesis with the list of its references.
 *
 * @throws Error where the counts differ or a hypothesis has no reference
 */
export function alignReferences(
  metric: string,
  hypotheses: readonly string[],
  references: readonly References[],
): { hypothesis: string; references: readonly string[] }[] {
  if (hypotheses.length !== references.length) {
    throw new Error(
      `${metric}: got ${hypotheses.length} hypotheses and ${references.length} entries of references; give one entry (a string, or a list of strings) per hypothesis`,
    );
  }
  return hypotheses.map((hypothesis, index) => {
    const entry = references[index]!;
    const list = typeof entry === 'string' ? [entry] : entry;
    if (list.length === 0) throw new Error(`${metric}: hypothesis ${index} has no reference`);
    return { hypothesis, references: list };
  });
}

/**
 * Fills options up with defaults.
 *
 * @throws Error for an option that has no default, so that a misspelled one is not ignored
 */
export function withDefaults<T extends object>(metric: string, defaults: T, given: Partial<T>): T {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new Error(
        `${metric}: unknown option '${name}'; options are ${Object.keys(defaults).join(', ')}`,
      );
    }
  }
  return { ...defaults, ...given };
}
