/** Instructions of the IR as WGSL expressions of named values. */
import type { BinaryOperator, ComputeType, DType, UnaryOperator } from '@llm/tensor/backend';
import {
  floatOf,
  isNan,
  maximum,
  minimum,
  narrowBfloat16,
  narrowFloat16,
  widenFloat16,
} from './library/bits.ts';
import { erf, exp, log, sigmoid, tanh } from './library/exponential.ts';
import {
  divideSigned,
  divideUnsigned,
  moduloSigned,
  moduloUnsigned,
  powerSigned,
  powerUnsigned,
  toSigned,
  toUnsigned,
} from './library/integer.ts';
import { modulo, power } from './library/power.ts';
import { cos, sin } from './library/trigonometry.ts';
import type { LibraryFunction, Shader } from './shader.ts';

const scratch = new DataView(new ArrayBuffer(4));

/** A constant. WGSL has no literals for NaN and infinities, and may flush subnormal ones. */
export function constant(shader: Shader, value: number, type: ComputeType): string {
  if (type === 'bool') return value ? 'true' : 'false';
  if (type === 'u32') return `${value >>> 0}u`;
  if (type === 'i32') return `i32(${value | 0})`;
  const single = Math.fround(value);
  if (Number.isFinite(single) && (single === 0 || Math.abs(single) >= 2 ** -126)) {
    const text = String(single);
    return `${Object.is(single, -0) ? '-0' : text}f`;
  }
  scratch.setFloat32(0, single);
  return `${shader.call(floatOf)}(${scratch.getUint32(0)}u)`;
}

const floatFunctions: Partial<Record<UnaryOperator, LibraryFunction>> = {
  exp,
  log,
  sigmoid,
  tanh,
  erf,
  sin,
  cos,
};

/** `operator(x)`, where `type` is the operand's. */
export function unary(
  shader: Shader,
  operator: UnaryOperator,
  type: ComputeType,
  x: string,
): string {
  const isFloat = type === 'f32';
  const own = floatFunctions[operator];
  if (own) return `${shader.call(own)}(${x})`;
  switch (operator) {
    case 'neg':
      if (type === 'bool') return x; // −1 counts as true
      return type === 'u32' ? `(0u - ${x})` : `-${x}`;
    case 'abs':
      return type === 'bool' ? x : `abs(${x})`;
    case 'sign':
      if (type === 'bool') return x;
      if (type === 'u32') return `min(${x}, 1u)`;
      return isFloat ? `select(sign(${x}), ${x}, ${shader.call(isNan)}(${x}))` : `sign(${x})`;
    case 'not':
      return type === 'bool' ? `!${x}` : `~${x}`;
    case 'isnan':
      return isFloat ? `${shader.call(isNan)}(${x})` : 'false';
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round':
      return isFloat ? `${operator}(${x})` : x;
    case 'sqrt':
      return `sqrt(${x})`;
    case 'rsqrt':
      return `1.0 / sqrt(${x})`;
    default:
      throw new Error(`webgpu: no WGSL for ${operator}`);
  }
}

const infix: Partial<Record<BinaryOperator, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  equal: '==',
  less: '<',
  lessEqual: '<=',
  and: '&',
  or: '|',
  xor: '^',
};

/** `operator(a, b)`, where `type` is the operands'. Comparisons give bool. */
export function binary(
  shader: Shader,
  operator: BinaryOperator,
  type: ComputeType,
  a: string,
  b: string,
): string {
  if (type === 'bool') return boolBinary(operator, a, b);
  // Not `!=`, which some drivers take to be false for NaN.
  if (operator === 'notEqual') return `!(${a} == ${b})`;
  const sign = infix[operator];
  if (sign) return `${a} ${sign} ${b}`;
  const call = (wanted: LibraryFunction) => `${shader.call(wanted)}(${a}, ${b})`;
  const pick = (float: LibraryFunction, signed: LibraryFunction, unsigned: LibraryFunction) =>
    call(type === 'f32' ? float : type === 'i32' ? signed : unsigned);
  switch (operator) {
    case 'div':
      return type === 'f32' ? `${a} / ${b}` : call(type === 'i32' ? divideSigned : divideUnsigned);
    case 'mod':
      return pick(modulo, moduloSigned, moduloUnsigned);
    case 'pow':
      return pick(power, powerSigned, powerUnsigned);
    case 'maximum':
      return type === 'f32' ? call(maximum) : `max(${a}, ${b})`;
    case 'minimum':
      return type === 'f32' ? call(minimum) : `min(${a}, ${b})`;
    default: {
      const by = `(u32(${b}) & 31u)`;
      return operator === 'shiftLeft' ? `${a} << ${by}` : `${a} >> ${by}`;
    }
  }
}

/** Arithmetic on 0 and 1 whose result counts as true unless it is 0. */
function boolBinary(operator: BinaryOperator, a: string, b: string): string {
  switch (operator) {
    case 'add':
    case 'maximum':
    case 'or':
      return `${a} || ${b}`;
    case 'mul':
    case 'minimum':
    case 'and':
      return `${a} && ${b}`;
    case 'sub':
    case 'notEqual':
    case 'xor':
      return `${a} != ${b}`;
    case 'equal':
      return `${a} == ${b}`;
    case 'less':
      return `!${a} && ${b}`;
    case 'lessEqual':
      return `!${a} || ${b}`;
    default:
      throw new TypeError(`kernel: ${operator} of bools has no meaning; cast them first`);
  }
}

/** Conversion of a compute type, rounded or saturated to what `to` can hold, in the compute type of `to`. */
export function cast(shader: Shader, from: ComputeType, to: DType, x: string): string {
  switch (to) {
    case 'f32':
      return toFloat(from, x);
    case 'f16':
      return `${shader.call(widenFloat16)}(${shader.call(narrowFloat16)}(${toFloat(from, x)}))`;
    case 'bf16':
      return `bitcast<f32>(${shader.call(narrowBfloat16)}(${toFloat(from, x)}) << 16u)`;
    case 'bool':
      if (from === 'bool') return x;
      if (from === 'i32') return `${x} != 0`;
      if (from === 'u32') return `${x} != 0u`;
      return `(${x} != 0.0 && !${shader.call(isNan)}(${x}))`; // NaN counts as false
    case 'u32':
      if (from === 'f32') return `${shader.call(toUnsigned)}(${x})`;
      return from === 'i32' ? `u32(max(${x}, 0))` : from === 'bool' ? `u32(${x})` : x;
    case 'i32':
      return toInteger(shader, from, x);
    case 'u8':
      return `clamp(${toInteger(shader, from, x)}, 0, 255)`;
    case 'i8':
      return `clamp(${toInteger(shader, from, x)}, -128, 127)`;
  }
}

function toFloat(from: ComputeType, x: string): string {
  return from === 'f32' ? x : `f32(${x})`;
}

function toInteger(shader: Shader, from: ComputeType, x: string): string {
  if (from === 'f32') return `${shader.call(toSigned)}(${x})`;
  if (from === 'u32') return `i32(min(${x}, 2147483647u))`;
  return from === 'bool' ? `i32(${x})` : x;
}
