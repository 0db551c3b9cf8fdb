/**
 * The few statistics a benchmark needs, and the check that two results are the same.
 *
 * @module
 */

/** Middle value; the mean of the two middle ones for an even count. @throws on an empty list. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('median: got no values; run at least one round');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Smallest and largest. */
export function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/**
 * Checks two results against each other: same length, all finite, and no element further apart than
 * `tolerance` times the largest magnitude in `want`.
 *
 * @throws naming both sides, the worst element and both values.
 */
export function assertClose(
  names: readonly [got: string, want: string],
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
): void {
  const [gotName, wantName] = names;
  if (got.length !== want.length) {
    throw new Error(`${gotName} gave ${got.length} values, ${wantName} ${want.length}`);
  }
  let scale = 0;
  let worst = 0;
  let at = 0;
  for (let index = 0; index < want.length; index += 1) {
    const difference = Math.abs(got[index]! - want[index]!);
    if (!Number.isFinite(difference)) {
      throw new Error(
        `value ${index} is not finite: ${gotName} ${got[index]}, ${wantName} ${want[index]}`,
      );
    }
    scale = Math.max(scale, Math.abs(want[index]!));
    if (difference > worst) {
      worst = difference;
      at = index;
    }
  }
  if (worst > tolerance * scale) {
    throw new Error(
      `results differ at ${at}: ${gotName} ${got[at]}, ${wantName} ${want[at]} ` +
        `(difference ${worst.toExponential(2)}, allowed ${(tolerance * scale).toExponential(2)})`,
    );
  }
}
