/**
 * The learning rate of nanoGPT's recipe for a CPU: 2,000 steps, 1e-3 down to 1e-4.
 *
 * @module
 */

/** Length of the recipe. */
export const STEPS = 2000;

const WARM_UP_STEPS = 100;
const HIGH_RATE = 1e-3;
const LOW_RATE = 1e-4;

/** Linear warm-up, then a cosine down to a tenth; `step` counts from 0. */
export function learningRate(step: number): number {
  if (step < WARM_UP_STEPS) return (HIGH_RATE * (step + 1)) / (WARM_UP_STEPS + 1);
  const part = (step - WARM_UP_STEPS) / (STEPS - WARM_UP_STEPS);
  return LOW_RATE + 0.5 * (1 + Math.cos(Math.PI * part)) * (HIGH_RATE - LOW_RATE);
}
