import { type Instruction, type LoopKernel, operandsOf } from '@llm/tensor/backend';
import { matchGelu } from './gelu-pattern.ts';

/** What the printer knows of each instruction, by position. */
export interface Analysis {
  /** Whether a store needs it. */
  readonly used: readonly boolean[];
  /** Bit `a` is set where the value varies along axis `a`. */
  readonly axes: readonly number[];
  /** The reductions, one after the other, that must be done before it: 0 for plain loads. */
  readonly depth: readonly number[];
  /** The last pass over the reduced axis (0 without or with one pass). */
  readonly lastPass: number;
  /** Rough machine instructions per vector of four elements, over all instructions. */
  readonly cost: number;
}

/** Positions of the values that it takes to print an instruction: of a GELU, its argument alone. */
export function operandsAt(
  instructions: readonly Instruction[],
  position: number,
): readonly number[] {
  const gelu = matchGelu(instructions, position);
  return gelu ? [gelu.x] : operandsOf(instructions[position]!);
}

/** Finds for every instruction whether it is needed, which axes it varies along, and its pass. */
export function analyze(kernel: LoopKernel): Analysis {
  const { instructions, stores } = kernel;
  const reduced = kernel.reduces ? 1 << (kernel.axes.length - 1) : 0;
  const axes: number[] = [];
  const depth: number[] = [];
  instructions.forEach((instruction, position) => {
    let mask = ownAxes(instruction);
    let level = 0;
    for (const operand of operandsOf(instruction)) {
      mask |= axes[operand]!;
      level = Math.max(level, depth[operand]!);
    }
    const isReduction = instruction.op === 'reduce';
    axes[position] = isReduction ? mask & ~reduced : mask;
    depth[position] = isReduction ? level + 1 : level;
  });
  const used = instructions.map(() => false);
  for (const { value } of stores) used[value] = true;
  for (let position = instructions.length - 1; position >= 0; position--) {
    if (!used[position]) continue;
    for (const operand of operandsAt(instructions, position)) used[operand] = true;
  }
  let lastPass = 0;
  let cost = 0;
  instructions.forEach((instruction, position) => {
    if (!used[position]) return;
    cost += costAt(instructions, position);
    if (instruction.op === 'reduce') lastPass = Math.max(lastPass, depth[position]! - 1);
  });
  for (const { value, strides } of stores) {
    const isElement = (axes[value]! & reduced) !== 0 || (kernel.reduces && strides.at(-1) !== 0);
    if (isElement) lastPass = Math.max(lastPass, depth[value]!);
  }
  return { used, axes, depth, lastPass, cost };
}

function ownAxes(instruction: Instruction): number {
  const strides =
    instruction.op === 'load'
      ? instruction.access.strides
      : instruction.op === 'index'
        ? instruction.strides
        : [];
  let mask = 0;
  strides.forEach((stride, axis) => {
    if (stride !== 0) mask |= 1 << axis;
  });
  if (instruction.op === 'load') {
    for (const { axis } of instruction.access.bounds ?? []) mask |= 1 << axis;
  }
  return mask;
}

const unaryCosts: Partial<Record<string, number>> = {
  exp: 20,
  log: 30,
  tanh: 20,
  erf: 20,
  sigmoid: 24,
  sin: 60,
  cos: 60,
  sqrt: 5,
  rsqrt: 9,
};

/** Rough machine instructions of one instruction on four elements. */
export function costAt(instructions: readonly Instruction[], position: number): number {
  if (matchGelu(instructions, position)) return 20;
  const instruction = instructions[position]!;
  switch (instruction.op) {
    case 'unary':
      return unaryCosts[instruction.operator] ?? 1;
    case 'threefry':
      return 110;
    case 'binary':
      if (instruction.operator === 'pow') return 150;
      if (instruction.operator === 'mod') return 60;
      return instruction.operator === 'div' ? 4 : 1;
    default:
      return 1;
  }
}
