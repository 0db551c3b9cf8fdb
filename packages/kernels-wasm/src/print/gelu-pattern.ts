import type { Instruction } from '@llm/tensor/backend';
import type { GeluKind } from './math/gelu.ts';

/** A GELU, or its distribution function Φ, found in the instructions that it is defined by. */
interface GeluPattern {
  /** `value`: x·Φ(x). `distribution`: Φ(x), which gradients need as well. */
  readonly part: 'value' | 'distribution';
  readonly kind: GeluKind;
  /** Position of x. */
  readonly x: number;
}

/**
 * Recognizes what `gelu` is composed of, ending at `position`: (x·½)·(erf(x/√2) + 1) with its tanh variant, and
 * (erf(x/√2) + 1)·½. As a whole they need neither erf nor tanh; see `math/gelu.ts`.
 */
export function matchGelu(
  instructions: readonly Instruction[],
  position: number,
): GeluPattern | undefined {
  const factors = operandsOf(instructions, position, 'mul');
  if (!factors) return undefined;
  for (const [one, other] of [factors, [factors[1], factors[0]]] as const) {
    const sum = withConstant(instructions, other, 'add', 1);
    const found = sum === undefined ? undefined : matchSum(instructions, sum);
    if (!found) continue;
    if (isConstant(instructions, one, 0.5)) {
      // The gradient of the tanh variant needs tanh itself, too: nothing would be saved.
      return found.kind === 'erf' ? { part: 'distribution', ...found } : undefined;
    }
    if (withConstant(instructions, one, 'mul', 0.5) === found.x) return { part: 'value', ...found };
  }
  return undefined;
}

/** The x of erf(x/√2) or of tanh(√(2/π)·(x + 0.044715·x³)). */
function matchSum(
  instructions: readonly Instruction[],
  position: number,
): { kind: GeluKind; x: number } | undefined {
  const instruction = instructions[position]!;
  if (instruction.op !== 'unary') return undefined;
  const { operator, operand } = instruction;
  if (operator === 'erf') {
    const x = withConstant(instructions, operand, 'mul', Math.SQRT1_2);
    return x === undefined ? undefined : { kind: 'erf', x };
  }
  if (operator !== 'tanh') return undefined;
  const factors = operandsOf(instructions, operand, 'mul');
  if (!factors) return undefined;
  for (const [one, other] of [factors, [factors[1], factors[0]]] as const) {
    const x = withConstant(instructions, one, 'mul', Math.sqrt(2 / Math.PI));
    const cubic = withConstant(instructions, other, 'add', 1);
    if (x === undefined || cubic === undefined) continue;
    const square = withConstant(instructions, cubic, 'mul', 0.044715);
    const squared = square === undefined ? undefined : operandsOf(instructions, square, 'mul');
    if (squared?.every((operand) => operand === x)) return { kind: 'tanh', x };
  }
  return undefined;
}

/** The operands of an f32 operation, if it is this one. */
function operandsOf(
  instructions: readonly Instruction[],
  position: number,
  operator: 'add' | 'mul',
): readonly [number, number] | undefined {
  const instruction = instructions[position]!;
  if (instruction.op !== 'binary' || instruction.type !== 'f32') return undefined;
  return instruction.operator === operator ? [instruction.left, instruction.right] : undefined;
}

/** What is combined with this constant, if it is. */
function withConstant(
  instructions: readonly Instruction[],
  position: number,
  operator: 'add' | 'mul',
  constant: number,
): number | undefined {
  const operands = operandsOf(instructions, position, operator);
  if (!operands) return undefined;
  if (isConstant(instructions, operands[1], constant)) return operands[0];
  return isConstant(instructions, operands[0], constant) ? operands[1] : undefined;
}

function isConstant(
  instructions: readonly Instruction[],
  position: number,
  value: number,
): boolean {
  const instruction = instructions[position]!;
  return (
    instruction.op === 'constant' &&
    instruction.type === 'f32' &&
    Math.fround(instruction.value) === Math.fround(value)
  );
}
