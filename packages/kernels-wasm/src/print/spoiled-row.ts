import type { BinaryOperator, Instruction, LoopKernel, UnaryOperator } from '@llm/tensor/backend';
import type { Analysis } from './analysis.ts';

/**
 * Whether a row whose largest (or smallest) element is sought is NaN throughout the outputs as soon as one of its
 * elements is, whatever that search gives: a sum over the row has each element as a term and is a part of all that
 * is stored, as in every softmax. Then the search may pass over NaN, which takes a third of its time.
 */
export function isSpoiledAnyway(kernel: LoopKernel, analysis: Analysis, position: number): boolean {
  const { instructions, stores } = kernel;
  const search = instructions[position]!;
  if (search.op !== 'reduce') return false;
  const byElement = spoiledBy(instructions, search.operand);
  return instructions.some((sum, at) => {
    const isSum = sum.op === 'reduce' && sum.operator === 'sum' && sum.type === 'f32';
    if (!isSum || !analysis.used[at] || !byElement[sum.operand]) return false;
    const bySum = spoiledBy(instructions, at);
    return stores.every(
      ({ value, buffer }) => bySum[value] && kernel.buffers[buffer]!.dtype === 'f32',
    );
  });
}

/** Functions whose value is NaN where their argument is. */
const faithful: ReadonlySet<UnaryOperator> = new Set<UnaryOperator>(['neg', 'abs', 'exp', 'log']);
const arithmetic: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>([
  'add',
  'sub',
  'mul',
  'div',
]);

/** By position, whether a value is NaN wherever the one at `source` is. */
function spoiledBy(instructions: readonly Instruction[], source: number): boolean[] {
  const spoiled: boolean[] = [];
  instructions.forEach((instruction, position) => {
    const { op, type } = instruction;
    if (position <= source || type !== 'f32') spoiled[position] = position === source;
    else if (op === 'unary') {
      spoiled[position] = faithful.has(instruction.operator) && spoiled[instruction.operand]!;
    } else if (op === 'binary') {
      const { operator, left, right } = instruction;
      spoiled[position] = arithmetic.has(operator) && (spoiled[left]! || spoiled[right]!);
    } else spoiled[position] = false;
  });
  return spoiled;
}
