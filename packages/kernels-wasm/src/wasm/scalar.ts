import {
  Expression,
  type F32,
  type F64,
  type I32,
  memoryImmediate,
  type Operand,
  operand,
} from './expression.ts';

type Scalar = 'i32' | 'f32' | 'f64';

const unary =
  <I extends Scalar, O extends Scalar>(input: I, output: O, ...code: number[]) =>
  (value: Operand<I>): Expression<O> =>
    new Expression(output, code, [operand(input, value)]);

const binary =
  <I extends Scalar, O extends Scalar>(input: I, output: O, ...code: number[]) =>
  (left: Operand<I>, right: Operand<I>): Expression<O> =>
    new Expression(output, code, [operand(input, left), operand(input, right)]);

const load =
  <T extends Scalar>(type: T, code: number) =>
  (address: Operand<'i32'>, offset = 0): Expression<T> =>
    new Expression(type, [code, ...memoryImmediate(offset)], [operand('i32', address)]);

const store =
  <T extends Scalar>(type: T, code: number) =>
  (address: Operand<'i32'>, value: Operand<T>, offset = 0): Expression<'void'> =>
    new Expression(
      'void',
      [code, ...memoryImmediate(offset)],
      [operand('i32', address), operand(type, value)],
    );

/** `condition ? ifTrue : ifFalse` without a branch; both are computed. */
const select =
  <T extends Scalar>(type: T) =>
  (condition: Operand<'i32'>, ifTrue: Operand<T>, ifFalse: Operand<T>): Expression<T> =>
    new Expression(
      type,
      [0x1b],
      [operand(type, ifTrue), operand(type, ifFalse), operand('i32', condition)],
    );

const rawAdd = binary('i32', 'i32', 0x6a);
const rawMul = binary('i32', 'i32', 0x6c);
const rawShl = binary('i32', 'i32', 0x74);

/** Sum; constants fold, and adding 0 costs nothing. */
function add(left: Operand<'i32'>, right: Operand<'i32'>): I32 {
  const a = operand('i32', left);
  const b = operand('i32', right);
  if (a.constant !== undefined && b.constant !== undefined) {
    return operand('i32', a.constant + b.constant);
  }
  if (b.constant === 0) return a;
  if (a.constant === 0) return b;
  return rawAdd(a, b);
}

/** Product; constants fold, multiplying by 1 costs nothing, by a power of two it is a shift. */
function mul(left: Operand<'i32'>, right: Operand<'i32'>): I32 {
  let a = operand('i32', left);
  let b = operand('i32', right);
  if (a.constant !== undefined && b.constant !== undefined) {
    return operand('i32', Math.imul(a.constant, b.constant));
  }
  if (a.constant !== undefined) [a, b] = [b, a];
  const factor = b.constant;
  if (factor === 1) return a;
  if (factor === 0) return b;
  if (factor !== undefined && factor > 1 && (factor & (factor - 1)) === 0) {
    return rawShl(a, 31 - Math.clz32(factor));
  }
  return rawMul(a, b);
}

/** Instructions on 32-bit integers. `S` reads operands as signed, `U` as unsigned. */
export const i32 = {
  const: (value: number): I32 => operand('i32', value),
  add,
  mul,
  sub: binary('i32', 'i32', 0x6b),
  divS: binary('i32', 'i32', 0x6d),
  divU: binary('i32', 'i32', 0x6e),
  remS: binary('i32', 'i32', 0x6f),
  remU: binary('i32', 'i32', 0x70),
  and: binary('i32', 'i32', 0x71),
  or: binary('i32', 'i32', 0x72),
  xor: binary('i32', 'i32', 0x73),
  shl: rawShl,
  shrS: binary('i32', 'i32', 0x75),
  shrU: binary('i32', 'i32', 0x76),
  rotl: binary('i32', 'i32', 0x77),
  rotr: binary('i32', 'i32', 0x78),
  clz: unary('i32', 'i32', 0x67),
  ctz: unary('i32', 'i32', 0x68),
  popcnt: unary('i32', 'i32', 0x69),
  eqz: unary('i32', 'i32', 0x45),
  eq: binary('i32', 'i32', 0x46),
  ne: binary('i32', 'i32', 0x47),
  ltS: binary('i32', 'i32', 0x48),
  ltU: binary('i32', 'i32', 0x49),
  gtS: binary('i32', 'i32', 0x4a),
  gtU: binary('i32', 'i32', 0x4b),
  leS: binary('i32', 'i32', 0x4c),
  leU: binary('i32', 'i32', 0x4d),
  geS: binary('i32', 'i32', 0x4e),
  geU: binary('i32', 'i32', 0x4f),
  select: select('i32'),
  /** The smaller of two, signed; operands are written twice. */
  minS: (a: Operand<'i32'>, b: Operand<'i32'>): I32 => i32.select(i32.ltS(a, b), a, b),
  /** The smaller of two, unsigned; operands are written twice. */
  minU: (a: Operand<'i32'>, b: Operand<'i32'>): I32 => i32.select(i32.ltU(a, b), a, b),
  /** The larger of two, signed; operands are written twice. */
  maxS: (a: Operand<'i32'>, b: Operand<'i32'>): I32 => i32.select(i32.gtS(a, b), a, b),
  extend8S: unary('i32', 'i32', 0xc0),
  extend16S: unary('i32', 'i32', 0xc1),
  reinterpretF32: unary('f32', 'i32', 0xbc),
  /** Float to integer, saturating, NaN to 0. */
  truncSatF32S: unary('f32', 'i32', 0xfc, 0),
  truncSatF32U: unary('f32', 'i32', 0xfc, 1),
  truncSatF64S: unary('f64', 'i32', 0xfc, 2),
  truncSatF64U: unary('f64', 'i32', 0xfc, 3),
  load: load('i32', 0x28),
  load8S: load('i32', 0x2c),
  load8U: load('i32', 0x2d),
  load16S: load('i32', 0x2e),
  load16U: load('i32', 0x2f),
  store: store('i32', 0x36),
  store8: store('i32', 0x3a),
  store16: store('i32', 0x3b),
};

/** Instructions on single-precision numbers. */
export const f32 = {
  const: (value: number): F32 => operand('f32', value),
  eq: binary('f32', 'i32', 0x5b),
  ne: binary('f32', 'i32', 0x5c),
  lt: binary('f32', 'i32', 0x5d),
  gt: binary('f32', 'i32', 0x5e),
  le: binary('f32', 'i32', 0x5f),
  ge: binary('f32', 'i32', 0x60),
  abs: unary('f32', 'f32', 0x8b),
  neg: unary('f32', 'f32', 0x8c),
  ceil: unary('f32', 'f32', 0x8d),
  floor: unary('f32', 'f32', 0x8e),
  trunc: unary('f32', 'f32', 0x8f),
  /** Rounds to the nearest integer, ties to even. */
  nearest: unary('f32', 'f32', 0x90),
  sqrt: unary('f32', 'f32', 0x91),
  add: binary('f32', 'f32', 0x92),
  sub: binary('f32', 'f32', 0x93),
  mul: binary('f32', 'f32', 0x94),
  div: binary('f32', 'f32', 0x95),
  min: binary('f32', 'f32', 0x96),
  max: binary('f32', 'f32', 0x97),
  copysign: binary('f32', 'f32', 0x98),
  convertI32S: unary('i32', 'f32', 0xb2),
  convertI32U: unary('i32', 'f32', 0xb3),
  demoteF64: unary('f64', 'f32', 0xb6),
  reinterpretI32: unary('i32', 'f32', 0xbe),
  select: select('f32'),
  load: load('f32', 0x2a),
  store: store('f32', 0x38),
};

/** Instructions on double-precision numbers. */
export const f64 = {
  const: (value: number): F64 => operand('f64', value),
  eq: binary('f64', 'i32', 0x61),
  ne: binary('f64', 'i32', 0x62),
  lt: binary('f64', 'i32', 0x63),
  gt: binary('f64', 'i32', 0x64),
  le: binary('f64', 'i32', 0x65),
  ge: binary('f64', 'i32', 0x66),
  abs: unary('f64', 'f64', 0x99),
  neg: unary('f64', 'f64', 0x9a),
  ceil: unary('f64', 'f64', 0x9b),
  floor: unary('f64', 'f64', 0x9c),
  trunc: unary('f64', 'f64', 0x9d),
  nearest: unary('f64', 'f64', 0x9e),
  sqrt: unary('f64', 'f64', 0x9f),
  add: binary('f64', 'f64', 0xa0),
  sub: binary('f64', 'f64', 0xa1),
  mul: binary('f64', 'f64', 0xa2),
  div: binary('f64', 'f64', 0xa3),
  min: binary('f64', 'f64', 0xa4),
  max: binary('f64', 'f64', 0xa5),
  copysign: binary('f64', 'f64', 0xa6),
  convertI32S: unary('i32', 'f64', 0xb7),
  convertI32U: unary('i32', 'f64', 0xb8),
  promoteF32: unary('f32', 'f64', 0xbb),
  select: select('f64'),
  load: load('f64', 0x2b),
  store: store('f64', 0x39),
};
