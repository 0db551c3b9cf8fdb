/**
 * Sizes of tests: short ones for every `npm test`, full ones for `npm run test:full`.
 *
 * @module
 */

/** True in `npm run test:full` (`LLM_TEST_FULL=1`). */
export const full = process.env.LLM_TEST_FULL === '1';

/**
 * Picks a size: how many cases, steps or lines a test takes.
 *
 * @example fc.assert(property, { numRuns: sized(100, 5_000) });
 */
export function sized<T>(quick: T, whole: T): T {
  return full ? whole : quick;
}
