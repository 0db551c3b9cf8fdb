/**
 * Scores of a classifier.
 *
 * @module
 */
import type { ModelConfig } from '@llm/nn';
import { WrongInputError } from './errors.ts';

/** How logits become scores. */
export type ScoreFunction = 'softmax' | 'sigmoid' | 'none';

/** Shares that add up to 1. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** A share of each on its own. */
export function sigmoid(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
}

/** @throws WrongInputError for a function that there is not */
export function applyScores(name: ScoreFunction, logits: ArrayLike<number>): Float64Array {
  if (name === 'softmax') return softmax(logits);
  if (name === 'sigmoid') return sigmoid(logits);
  if (name === 'none') return Float64Array.from(logits);
  throw new WrongInputError(
    `function_to_apply wants 'softmax', 'sigmoid' or 'none': got ${JSON.stringify(name)}`,
  );
}

/** The name of a class. */
export function labelOf({ id2label }: ModelConfig, id: number): string {
  return id2label?.[id] ?? `LABEL_${id}`;
}

/** Positions of the largest values, descending; of equal ones the first comes first. */
export function topPositions(values: ArrayLike<number>, count: number): number[] {
  const positions = Array.from(values, (_, i) => i);
  return positions.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** Position of the largest value. */
export function argmax(values: ArrayLike<number>): number {
  return topPositions(values, 1)[0]!;
}
