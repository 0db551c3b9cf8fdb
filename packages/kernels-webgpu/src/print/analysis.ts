import { type Instruction, type LoopKernel, operandsOf } from '@llm/tensor/backend';

/** What the printer knows of each instruction, by position. */
export interface Analysis {
  /** Whether a store needs it. */
  readonly used: readonly boolean[];
  /** Whether the value varies along the reduced axis. */
  readonly isElement: readonly boolean[];
  /** The reductions, one after the other, that must be done before it: 0 for plain loads. */
  readonly depth: readonly number[];
}

/** The instruction with other operands. */
export function withOperands(
  instruction: Instruction,
  change: (operand: number) => number,
): Instruction {
  switch (instruction.op) {
    case 'load': {
      const { gather } = instruction.access;
      if (!gather) return instruction;
      const moved = { ...gather, index: change(gather.index) };
      return { ...instruction, access: { ...instruction.access, gather: moved } };
    }
    case 'unary':
    case 'cast':
    case 'bitcast':
    case 'reduce':
      return { ...instruction, operand: change(instruction.operand) };
    case 'binary':
      return { ...instruction, left: change(instruction.left), right: change(instruction.right) };
    case 'where':
      return {
        ...instruction,
        condition: change(instruction.condition),
        yes: change(instruction.yes),
        no: change(instruction.no),
      };
    case 'threefry':
      return {
        ...instruction,
        seed: change(instruction.seed),
        position: change(instruction.position),
        index: change(instruction.index),
      };
    default:
      return instruction;
  }
}

/** Whether an instruction by itself, its operands apart, varies along an axis. */
export function variesAlong(instruction: Instruction, axis: number): boolean {
  if (instruction.op === 'index') return instruction.strides[axis] !== 0;
  if (instruction.op !== 'load') return false;
  const { strides, bounds } = instruction.access;
  return strides[axis] !== 0 || (bounds?.some((bound) => bound.axis === axis) ?? false);
}

/** Finds for every instruction whether it is needed, its level, and its pass. */
export function analyze({ axes, reduces, instructions, stores }: LoopKernel): Analysis {
  const last = axes.length - 1;
  const isElement: boolean[] = [];
  const depth: number[] = [];
  instructions.forEach((instruction, position) => {
    const operands = operandsOf(instruction);
    const level = operands.reduce((most, operand) => Math.max(most, depth[operand]!), 0);
    const isReduction = instruction.op === 'reduce';
    isElement[position] =
      reduces &&
      !isReduction &&
      (variesAlong(instruction, last) || operands.some((operand) => isElement[operand]!));
    depth[position] = isReduction ? level + 1 : level;
  });
  const used = instructions.map(() => false);
  for (const { value } of stores) used[value] = true;
  for (let position = instructions.length - 1; position >= 0; position--) {
    if (!used[position]) continue;
    for (const operand of operandsOf(instructions[position]!)) used[operand] = true;
  }
  return { used, isElement, depth };
}
