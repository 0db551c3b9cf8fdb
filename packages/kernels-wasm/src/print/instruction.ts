import type { Instruction } from '@llm/tensor/backend';
import {
  type FunctionBuilder,
  type I32,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/index.ts';
import { matchGelu } from './gelu-pattern.ts';
import type { Library } from './library.ts';
import { expOfNonPositive } from './math/exp.ts';
import { distribution, gelu } from './math/gelu.ts';
import { threefry } from './math/threefry.ts';
import { widen } from './memory-access.ts';
import { isNeverPositive } from './never-positive.ts';
import { binary, cast, constant, unary } from './operators.ts';
import { loadPlace, type Place, type Position } from './place.ts';

/** Where and for which lanes an instruction is printed. */
interface InstructionContext {
  readonly copy: number;
  readonly lanes: number;
  /** −1 where the value does not vary along the lane axis. */
  readonly laneAxis: number;
  readonly indices: readonly (I32 | undefined)[];
  readonly place: Place | undefined;
  readonly position: Position;
  value(operand: number): Local<'v128'>;
  readonly gathered: Local<'v128'> | undefined;
}

/** Prints one instruction for one vector. */
export function emitInstruction(
  f: FunctionBuilder,
  library: Library,
  instructions: readonly Instruction[],
  position: number,
  context: InstructionContext,
): Local<'v128'> {
  const instruction = instructions[position]!;
  const pattern = matchGelu(instructions, position);
  if (pattern) {
    const { part, kind, x } = pattern;
    return (part === 'value' ? gelu : distribution)(f, kind, context.value(x));
  }
  return f.let(print(f, library, instructions, instruction, context));
}

function print(
  f: FunctionBuilder,
  library: Library,
  instructions: readonly Instruction[],
  instruction: Instruction,
  context: InstructionContext,
): V128 {
  const { value } = context;
  switch (instruction.op) {
    case 'load': {
      const place = context.place!;
      const index = context.laneAxis < 0 ? i32.const(0) : context.indices[context.laneAxis]!;
      const raw = loadPlace(f, place, context.position, { ...context, index });
      return widen(f, place.dtype, raw);
    }
    case 'constant':
      return constant(instruction.value, instruction.type);
    case 'index':
      return indexValue(instruction.offset, instruction.strides, context);
    case 'unary': {
      const { operator, operand } = instruction;
      if (operator === 'exp' && isNeverPositive(instructions, operand)) {
        return expOfNonPositive(f, value(operand));
      }
      return unary(f, library, operator, instructions[operand]!.type, value(operand));
    }
    case 'binary': {
      const type = instructions[instruction.left]!.type;
      const [left, right] = [value(instruction.left), value(instruction.right)];
      return binary(f, library, instruction.operator, type, left, right);
    }
    case 'where':
      return v128.bitselect(
        value(instruction.yes),
        value(instruction.no),
        value(instruction.condition),
      );
    case 'cast': {
      const from = instructions[instruction.operand]!.type;
      return cast(f, from, instruction.to, value(instruction.operand));
    }
    case 'bitcast':
      return value(instruction.operand);
    case 'threefry': {
      const { seed, position, index } = instruction;
      return threefry(f, value(seed), value(position), value(index));
    }
    default:
      throw new Error(`kernel: ${instruction.op} is not printed as an instruction`);
  }
}

function indexValue(offset: number, strides: readonly number[], context: InstructionContext): V128 {
  let scalar: I32 = i32.const(offset | 0);
  strides.forEach((stride, axis) => {
    if (stride === 0) return;
    scalar = i32.add(scalar, i32.mul(context.indices[axis]!, stride | 0));
  });
  if (context.laneAxis < 0) return i32x4.splat(scalar);
  const step = strides[context.laneAxis]!;
  const lane = (number: number) => ((4 * context.copy + number) * step) | 0;
  return i32x4.add(i32x4.splat(scalar), i32x4.const(lane(0), lane(1), lane(2), lane(3)));
}
