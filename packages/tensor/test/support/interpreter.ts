/**
 * The kernel IR by its definition, in double precision with every value rounded to its type: the
 * oracle of the printer's tests. One element at a time, no cleverness.
 */
import type {
  BinaryOperator,
  ComputeType,
  DType,
  Instruction,
  LoopKernel,
  ReduceOperator,
  UnaryOperator,
} from '../../src/backend/index.ts';
import { roundTo } from '../../src/backend/index.ts';

/** Runs a loop kernel on arrays of numbers, one per buffer. */
export function interpret(kernel: LoopKernel, buffers: number[][]): void {
  const { axes, instructions, stores } = kernel;
  const last = axes.length - 1;
  const outer = kernel.reduces ? axes.slice(0, last) : axes;
  forEachIndex(outer, (index) => {
    if (!kernel.reduces) {
      const values = new Map<number, number>();
      for (const store of stores) put(store, index, evaluate(store.value, index, values));
      return;
    }
    const row = new Map<number, number>();
    for (const store of stores) {
      if (store.strides[last] === 0 && isPerRow(store.value)) {
        put(store, [...index, 0], evaluate(store.value, [...index, 0], new Map(), row));
        continue;
      }
      for (let i = 0; i < axes[last]!; i++) {
        put(store, [...index, i], evaluate(store.value, [...index, i], new Map(), row));
      }
    }
  });

  function isPerRow(position: number): boolean {
    const instruction = instructions[position]!;
    switch (instruction.op) {
      case 'reduce':
        return true;
      case 'load':
        return (
          instruction.access.strides[last] === 0 &&
          !instruction.access.bounds?.some((bound) => bound.axis === last) &&
          (!instruction.access.gather || isPerRow(instruction.access.gather.index))
        );
      case 'index':
        return instruction.strides[last] === 0;
      default:
        return operands(instruction).every(isPerRow);
    }
  }

  function put(store: (typeof stores)[number], index: readonly number[], value: number) {
    let at = store.offset + dot(index, store.strides);
    if (store.scatter) {
      const place = evaluate(store.scatter.index, index, new Map());
      if (place < 0 || place >= store.scatter.size) return;
      at += place * store.scatter.stride;
    }
    buffers[store.buffer]![at] = roundTo(kernel.buffers[store.buffer]!.dtype, value);
  }

  function evaluate(
    position: number,
    index: readonly number[],
    values: Map<number, number>,
    row?: Map<number, number>,
  ): number {
    const known = values.get(position) ?? row?.get(position);
    if (known !== undefined) return known;
    const instruction = instructions[position]!;
    const of = (operand: number) => evaluate(operand, index, values, row);
    const typeOf = (operand: number) => instructions[operand]!.type;
    let value: number;
    switch (instruction.op) {
      case 'load': {
        const { access } = instruction;
        const { dtype } = kernel.buffers[access.buffer]!;
        const inside = access.bounds?.every(
          ({ axis, low, high }) => index[axis]! >= low && index[axis]! < high,
        );
        if (inside === false) value = 0;
        else {
          let at = access.offset + dot(index, access.strides);
          if (access.gather) {
            const { size, stride } = access.gather;
            at += Math.max(0, Math.min(size - 1, of(access.gather.index))) * stride;
          }
          value = buffers[access.buffer]![at]!;
          if (value === undefined) throw new Error(`oracle: load outside of buffer at ${at}`);
          value = roundTo(dtype, value);
        }
        break;
      }
      case 'constant':
        value = round(instruction.type, instruction.value);
        break;
      case 'index':
        value = (instruction.offset + dot(index, instruction.strides)) | 0;
        break;
      case 'unary':
        value = unary(instruction.operator, typeOf(instruction.operand), of(instruction.operand));
        break;
      case 'binary': {
        const { left, right } = instruction;
        value = binary(instruction.operator, typeOf(left), of(left), of(right));
        break;
      }
      case 'where':
        value = of(instruction.condition) ? of(instruction.yes) : of(instruction.no);
        break;
      case 'cast':
        value = roundTo(instruction.to, of(instruction.operand));
        break;
      case 'bitcast':
        value = bitcast(typeOf(instruction.operand), instruction.type, of(instruction.operand));
        break;
      case 'threefry':
        value = threefry(of(instruction.seed), of(instruction.position), of(instruction.index));
        break;
      case 'reduce': {
        const operand: number[] = [];
        for (let i = 0; i < axes[last]!; i++) {
          operand.push(evaluate(instruction.operand, [...index.slice(0, last), i], new Map(), row));
        }
        value = reduce(instruction.operator, typeOf(instruction.operand), operand);
        value = round(instruction.type, value);
        row!.set(position, value);
        return value;
      }
      case 'accumulator':
        throw new Error('oracle: accumulator outside of a matmul');
    }
    value = round(instruction.type, value);
    values.set(position, value);
    return value;
  }
}

function operands(instruction: Instruction): number[] {
  switch (instruction.op) {
    case 'unary':
    case 'cast':
    case 'bitcast':
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

/** Wraps integers to 32 bits, rounds floats to f32, bool to 0 or 1. */
function round(type: ComputeType, value: number): number {
  if (type === 'f32') return Math.fround(value);
  if (type === 'i32') return value | 0;
  if (type === 'u32') return value >>> 0;
  return value ? 1 : 0;
}

/** One operand, in double precision. */
export function unary(operator: UnaryOperator, type: ComputeType, x: number): number {
  switch (operator) {
    case 'neg':
      return -x;
    case 'abs':
      return Math.abs(x);
    case 'sign':
      return Math.sign(x);
    case 'not':
      return type === 'bool' ? 1 - x : ~x;
    case 'isnan':
      return Number.isNaN(x) ? 1 : 0;
    case 'rsqrt':
      return 1 / Math.sqrt(x);
    case 'sigmoid':
      return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    case 'erf':
      return erf(x);
    case 'round': {
      const nearest = Math.round(x);
      return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
    }
    default:
      return Math[operator](x);
  }
}

/** The error function in double precision: its series, or the continued fraction of erfc. */
export function erf(x: number): number {
  const t = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (t > 6) return Math.sign(x);
  if (t < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 100; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (t + fraction);
  return Math.sign(x) * (1 - Math.exp(-t * t) / (Math.sqrt(Math.PI) * (t + fraction)));
}

/** Two operands, in double precision. */
export function binary(operator: BinaryOperator, type: ComputeType, a: number, b: number): number {
  const isFloat = type === 'f32';
  switch (operator) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return isFloat ? a * b : Math.imul(a, b);
    case 'div':
      if (isFloat) return a / b;
      if (b === 0) return 0;
      return Math.min(Math.floor(a / b), type === 'i32' ? 2 ** 31 - 1 : Infinity);
    case 'mod': {
      if (!isFloat && b === 0) return 0;
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    }
    case 'pow':
      if (isFloat) return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
      return integerPower(a, b);
    case 'maximum':
      return Math.max(a, b);
    case 'minimum':
      return Math.min(a, b);
    case 'equal':
      return a === b ? 1 : 0;
    case 'notEqual':
      return a !== b ? 1 : 0;
    case 'less':
      return a < b ? 1 : 0;
    case 'lessEqual':
      return a <= b ? 1 : 0;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shiftLeft':
      return a << b;
    case 'shiftRight':
      return type === 'i32' ? a >> b : a >>> b;
  }
}

function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 ? -1 : 1) : 0;
  let result = 1;
  for (let e = exponent, b = base; e > 0; e = Math.floor(e / 2), b = Math.imul(b, b)) {
    if (e % 2) result = Math.imul(result, b);
  }
  return result;
}

function bitcast(from: ComputeType, to: ComputeType, value: number): number {
  const bits = from === 'f32' ? new Float32Array([value]) : new Uint32Array([value]);
  if (to === 'f32') return new Float32Array(bits.buffer)[0]!;
  return to === 'i32' ? new Int32Array(bits.buffer)[0]! : new Uint32Array(bits.buffer)[0]!;
}

function reduce(operator: ReduceOperator, type: ComputeType, values: number[]): number {
  switch (operator) {
    case 'sum':
      return values.reduce((a, b) => a + b, 0);
    case 'prod':
      return values.reduce((a, b) => (type === 'f32' ? a * b : Math.imul(a, b)), 1);
    case 'max':
    case 'min': {
      const start = { f32: Infinity, i32: 2 ** 31 - 1, u32: 2 ** 32 - 1, bool: 1 }[type];
      const low = { f32: -Infinity, i32: -(2 ** 31), u32: 0, bool: 0 }[type];
      return operator === 'max' ? Math.max(low, ...values) : Math.min(start, ...values);
    }
    default: {
      const nan = values.findIndex(Number.isNaN);
      if (nan >= 0) return nan;
      const best = operator === 'argmax' ? Math.max(...values) : Math.min(...values);
      return Math.max(0, values.indexOf(best));
    }
  }
}

/** Threefry 2×32 with 20 rounds: first word for key (seed, position), counter (0, index). */
export function threefry(seed: number, position: number, index: number): number {
  const keys = [seed, position, (0x1bd11bda ^ seed ^ position) >>> 0];
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
  let x = keys[0]! >>> 0;
  let y = (index + keys[1]!) >>> 0;
  for (let round = 0; round < 20; round++) {
    x = (x + y) >>> 0;
    const by = rotations[round % 8]!;
    y = (((y << by) | (y >>> (32 - by))) ^ x) >>> 0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x = (x + keys[injection % 3]!) >>> 0;
      y = (y + keys[(injection + 1) % 3]! + injection) >>> 0;
    }
  }
  return x;
}

function dot(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), 0);
}

function forEachIndex(sizes: readonly number[], visit: (index: number[]) => void): void {
  const index = sizes.map(() => 0);
  const walk = (axis: number) => {
    if (axis === sizes.length) {
      visit([...index]);
      return;
    }
    for (index[axis] = 0; index[axis]! < sizes[axis]!; index[axis]!++) walk(axis + 1);
  };
  walk(0);
}

/** Numbers that a dtype can hold, for comparisons: what storing and loading `values` gives. */
export function stored(dtype: DType, values: readonly number[]): number[] {
  return values.map((value) => roundTo(dtype, value));
}
