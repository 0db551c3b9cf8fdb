import { hostBits } from '@llm/nn';

/**
 * The items in random order (Fisher and Yates), by the seeded generator of the tensors: one seed and position
 * give one order, on every machine.
 */
export function shuffle<T>(items: readonly T[], seed: number, position = 0): T[] {
  const result = [...items];
  const bits = hostBits({ seed, position, draw: 0 }, result.length);
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor((bits[i]! / 2 ** 32) * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
