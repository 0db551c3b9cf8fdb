/** Instructions of the IR on vectors of four lanes. A bool is a lane of all ones or all zeros. */
import type { BinaryOperator, ComputeType, DType, UnaryOperator } from '@llm/tensor/backend';
import { type FunctionBuilder, f32x4, i32x4, type Local, type V128, v128 } from '../wasm/index.ts';
import { narrowBfloat16, narrowFloat16, widenFloat16 } from './half.ts';
import type { Library } from './library.ts';
import { erf } from './math/erf.ts';
import { exp } from './math/exp.ts';
import { divide, integerModulo, integerPower, shift } from './math/integer.ts';
import { log } from './math/log.ts';
import { modulo, pow } from './math/pow.ts';
import { sigmoid } from './math/sigmoid.ts';
import { tanh } from './math/tanh.ts';
import { cos, sin } from './math/trigonometry.ts';

/** A constant in all lanes. */
export function constant(value: number, type: ComputeType): V128 {
  if (type === 'f32') return f32x4.splat(value);
  if (type === 'bool') return i32x4.splat(value ? -1 : 0);
  return i32x4.splat(value | 0);
}

/** `operator(x)`, where `type` is the operand's. */
export function unary(
  f: FunctionBuilder,
  library: Library,
  operator: UnaryOperator,
  type: ComputeType,
  x: Local<'v128'>,
): V128 {
  const isFloat = type === 'f32';
  switch (operator) {
    case 'neg':
      if (type === 'bool') return x; // −1 counts as true
      return isFloat ? v128.xor(x, f32x4.splat(-0)) : i32x4.neg(x);
    case 'abs':
      if (type === 'u32' || type === 'bool') return x;
      // One instruction with a mask that stays in a register; V8 makes three of `f32x4.abs`, as of `neg`.
      return isFloat ? v128.and(x, i32x4.splat(0x7fffffff)) : i32x4.abs(x);
    case 'sign':
      return sign(type, x);
    case 'not':
      return v128.not(x);
    case 'isnan':
      return isFloat ? f32x4.ne(x, x) : i32x4.splat(0);
    case 'floor':
    case 'ceil':
    case 'trunc':
      return isFloat ? f32x4[operator](x) : x;
    case 'round':
      return isFloat ? f32x4.nearest(x) : x;
    case 'exp':
      return exp(f, x);
    case 'log':
      return log(f, x);
    case 'sqrt':
      return f32x4.sqrt(x);
    case 'rsqrt':
      return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
    case 'sin':
      return sin(f, library, x);
    case 'cos':
      return cos(f, library, x);
    case 'tanh':
      return tanh(f, x);
    case 'erf':
      return erf(f, x);
    case 'sigmoid':
      return sigmoid(f, x);
  }
}

function sign(type: ComputeType, x: V128): V128 {
  if (type === 'bool') return x;
  if (type === 'u32') return i32x4.minU(x, i32x4.splat(1));
  if (type === 'i32') return i32x4.maxS(i32x4.minS(x, i32x4.splat(1)), i32x4.splat(-1));
  // ±1 where x is above or below 0; ±0 and NaN stay.
  const unit = v128.or(f32x4.splat(1), v128.and(x, f32x4.splat(-0)));
  return v128.bitselect(unit, x, f32x4.gt(f32x4.abs(x), f32x4.splat(0)));
}

/** `operator(a, b)`, where `type` is the operands'. Comparisons give bool. */
export function binary(
  f: FunctionBuilder,
  library: Library,
  operator: BinaryOperator,
  type: ComputeType,
  a: Local<'v128'>,
  b: Local<'v128'>,
): V128 {
  switch (operator) {
    case 'and':
    case 'or':
    case 'xor':
      return v128[operator](a, b);
    case 'shiftLeft':
      return shift(f, a, b, 'shl');
    case 'shiftRight':
      return shift(f, a, b, type === 'i32' ? 'shrS' : 'shrU');
    default:
      if (type === 'f32') return floatBinary(f, library, operator, a, b);
      if (type === 'bool') return boolBinary(operator, a, b);
      return integerBinary(f, library, operator, type === 'i32', a, b);
  }
}

type Arithmetic = Exclude<BinaryOperator, 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight'>;

function floatBinary(
  f: FunctionBuilder,
  library: Library,
  operator: Arithmetic,
  a: Local<'v128'>,
  b: Local<'v128'>,
): V128 {
  switch (operator) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return f32x4[operator](a, b);
    case 'maximum':
      return f32x4.max(a, b);
    case 'minimum':
      return f32x4.min(a, b);
    case 'equal':
      return f32x4.eq(a, b);
    case 'notEqual':
      return f32x4.ne(a, b);
    case 'less':
      return f32x4.lt(a, b);
    case 'lessEqual':
      return f32x4.le(a, b);
    case 'pow':
      return pow(f, library, a, b);
    case 'mod':
      return modulo(f, library, a, b);
  }
}

function integerBinary(
  f: FunctionBuilder,
  library: Library,
  operator: Arithmetic,
  signed: boolean,
  a: Local<'v128'>,
  b: Local<'v128'>,
): V128 {
  switch (operator) {
    case 'add':
    case 'sub':
    case 'mul':
      return i32x4[operator](a, b);
    case 'div':
      return divide(f, a, b, signed);
    case 'mod':
      return integerModulo(f, a, b, signed);
    case 'pow':
      return integerPower(f, library, a, b, signed);
    case 'maximum':
      return signed ? i32x4.maxS(a, b) : i32x4.maxU(a, b);
    case 'minimum':
      return signed ? i32x4.minS(a, b) : i32x4.minU(a, b);
    case 'equal':
      return i32x4.eq(a, b);
    case 'notEqual':
      return i32x4.ne(a, b);
    case 'less':
      return signed ? i32x4.ltS(a, b) : i32x4.ltU(a, b);
    case 'lessEqual':
      return signed ? i32x4.leS(a, b) : i32x4.leU(a, b);
  }
}

/** Arithmetic on 0 and 1 whose result counts as true unless it is 0. */
function boolBinary(operator: Arithmetic, a: V128, b: V128): V128 {
  switch (operator) {
    case 'add':
    case 'maximum':
      return v128.or(a, b);
    case 'mul':
    case 'minimum':
      return v128.and(a, b);
    case 'sub':
    case 'notEqual':
      return v128.xor(a, b);
    case 'equal':
      return i32x4.eq(a, b);
    case 'less':
      return v128.andnot(b, a);
    case 'lessEqual':
      return v128.or(b, v128.not(a));
    default:
      throw new TypeError(`kernel: ${operator} of bools has no meaning; cast them first`);
  }
}

/** Conversion between compute types, rounded or saturated to what `to` can hold. */
export function cast(f: FunctionBuilder, from: ComputeType, to: DType, x: Local<'v128'>): V128 {
  switch (to) {
    case 'f32':
      return toFloat(from, x);
    case 'f16':
      return widenFloat16(f, narrowFloat16(f, toFloat(from, x)));
    case 'bf16':
      return i32x4.shl(narrowBfloat16(f, toFloat(from, x)), 16);
    case 'bool':
      if (from === 'bool') return x;
      if (from !== 'f32') return i32x4.ne(x, i32x4.splat(0));
      return f32x4.gt(f32x4.abs(x), f32x4.splat(0)); // NaN counts as false
    case 'i32':
      return toInteger(from, x);
    case 'u32':
      if (from === 'f32') return i32x4.truncSatF32x4U(x);
      if (from === 'i32') return i32x4.maxS(x, i32x4.splat(0));
      return from === 'bool' ? v128.and(x, i32x4.splat(1)) : x;
    case 'u8':
      return i32x4.minS(i32x4.maxS(toInteger(from, x), i32x4.splat(0)), i32x4.splat(255));
    case 'i8':
      return i32x4.minS(i32x4.maxS(toInteger(from, x), i32x4.splat(-128)), i32x4.splat(127));
  }
}

function toFloat(from: ComputeType, x: V128): V128 {
  if (from === 'f32') return x;
  if (from === 'bool') return v128.and(x, f32x4.splat(1));
  return from === 'i32' ? f32x4.convertI32x4S(x) : f32x4.convertI32x4U(x);
}

function toInteger(from: ComputeType, x: V128): V128 {
  if (from === 'f32') return i32x4.truncSatF32x4S(x);
  if (from === 'bool') return v128.and(x, i32x4.splat(1));
  return from === 'u32' ? i32x4.minU(x, i32x4.splat(0x7fffffff)) : x;
}
