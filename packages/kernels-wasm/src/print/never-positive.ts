import type { Instruction } from '@llm/tensor/backend';

/** Whether a value is x minus the largest x of its row, as in every softmax: 0 at most, or NaN. */
export function isNeverPositive(instructions: readonly Instruction[], position: number): boolean {
  const difference = instructions[position]!;
  if (difference.op !== 'binary' || difference.operator !== 'sub') return false;
  const largest = instructions[difference.right]!;
  return (
    difference.type === 'f32' &&
    largest.op === 'reduce' &&
    largest.operator === 'max' &&
    largest.operand === difference.left
  );
}
