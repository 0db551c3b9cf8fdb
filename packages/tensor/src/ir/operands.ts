import type { Instruction } from './kernel.ts';

/** Positions of the instructions that an instruction reads. */
export function operandsOf(instruction: Instruction): readonly number[] {
  switch (instruction.op) {
    case 'load':
      return instruction.access.gather ? [instruction.access.gather.index] : [];
    case 'unary':
    case 'cast':
    case 'bitcast':
    case 'reduce':
      return [instruction.operand];
    case 'binary':
      return [instruction.left, instruction.right];
    case 'where':
      return [instruction.condition, instruction.yes, instruction.no];
    case 'threefry':
      return [instruction.seed, instruction.position, instruction.index];
    default:
      return [];
  }
}
