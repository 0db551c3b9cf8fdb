import { f32Bytes, f64Bytes, unsignedLeb } from './bytes.ts';
import {
  Expression,
  type I32,
  memoryImmediate,
  type Operand,
  operand,
  type V128,
  type ValueType,
} from './expression.ts';

// Every vector instruction is 0xFD and a LEB128 number.
const code = (number: number) => [0xfd, ...unsignedLeb(number)];

const unary = (number: number) => {
  const head = code(number);
  return (value: V128): V128 => new Expression('v128', head, [value]);
};
const binary = (number: number) => {
  const head = code(number);
  return (left: V128, right: V128): V128 => new Expression('v128', head, [left, right]);
};
const ternary = (number: number) => {
  const head = code(number);
  return (a: V128, b: V128, c: V128): V128 => new Expression('v128', head, [a, b, c]);
};
const test = (number: number) => {
  const head = code(number);
  return (value: V128): I32 => new Expression('i32', head, [value]);
};
/** Shifts take the same count for all lanes, modulo the lane width. */
const shift = (number: number) => {
  const head = code(number);
  return (value: V128, count: Operand<'i32'>): V128 =>
    new Expression('v128', head, [value, operand('i32', count)]);
};
const load = (number: number) => {
  const head = code(number);
  return (address: Operand<'i32'>, offset = 0): V128 =>
    new Expression('v128', [...head, ...memoryImmediate(offset)], [operand('i32', address)]);
};
const loadLane = (number: number, lanes: number) => {
  const head = code(number);
  return (address: Operand<'i32'>, into: V128, lane: number, offset = 0): V128 =>
    new Expression(
      'v128',
      [...head, ...memoryImmediate(offset), checkLane(lane, lanes)],
      [operand('i32', address), into],
    );
};
const storeLane = (number: number, lanes: number) => {
  const head = code(number);
  return (address: Operand<'i32'>, value: V128, lane: number, offset = 0): Expression<'void'> =>
    new Expression(
      'void',
      [...head, ...memoryImmediate(offset), checkLane(lane, lanes)],
      [operand('i32', address), value],
    );
};
const extract = <T extends ValueType>(type: T, number: number, lanes: number) => {
  const head = code(number);
  return (value: V128, lane: number): Expression<T> =>
    new Expression(type, [...head, checkLane(lane, lanes)], [value]);
};
const replace = <T extends 'i32' | 'f32' | 'f64'>(type: T, number: number, lanes: number) => {
  const head = code(number);
  return (value: V128, lane: number, scalar: Operand<T>): V128 =>
    new Expression('v128', [...head, checkLane(lane, lanes)], [value, operand(type, scalar)]);
};
/** A constant of sixteen bytes. */
const constant = (bytes: readonly number[]): V128 =>
  new Expression('v128', [...code(12), ...bytes]);
/** All lanes equal; a number becomes one constant instruction. */
const splat = <T extends 'i32' | 'f32' | 'f64'>(
  number: number,
  lanes: number,
  encode: (value: number) => number[],
) => {
  const head = code(number);
  return (value: Operand<T>): V128 =>
    typeof value === 'number'
      ? constant(Array.from({ length: lanes }, () => encode(value)).flat())
      : new Expression('v128', head, [value]);
};

function checkLane(lane: number, lanes: number): number {
  if (!Number.isInteger(lane) || lane < 0 || lane >= lanes) {
    throw new RangeError(
      `wasm: lane ${lane} of a vector with ${lanes} lanes; use 0 to ${lanes - 1}`,
    );
  }
  return lane;
}

const i8Bytes = (value: number) => [value & 0xff];
const i16Bytes = (value: number) => [value & 0xff, (value >> 8) & 0xff];
const i32Bytes = (value: number) => [0, 8, 16, 24].map((bits) => (value >> bits) & 0xff);

/** Instructions that do not care how the 128 bits are divided, and all vector loads and stores. */
export const v128 = {
  /** A constant of sixteen bytes, lowest address first. */
  const: (bytes: readonly number[]): V128 => {
    if (bytes.length !== 16) throw new RangeError(`v128.const: got ${bytes.length} bytes, want 16`);
    return constant(bytes.map((byte) => byte & 0xff));
  },
  load: load(0),
  /** Eight signed bytes, widened to i16x8. */
  load8x8S: load(1),
  load8x8U: load(2),
  load16x4S: load(3),
  /** Four u16, widened to i32x4: how 16-bit floats are read. */
  load16x4U: load(4),
  load32x2S: load(5),
  load32x2U: load(6),
  load8Splat: load(7),
  load16Splat: load(8),
  load32Splat: load(9),
  load64Splat: load(10),
  store: (address: Operand<'i32'>, value: V128, offset = 0): Expression<'void'> =>
    new Expression(
      'void',
      [...code(11), ...memoryImmediate(offset)],
      [operand('i32', address), value],
    ),
  /** Lane 0 from memory, the rest zero. */
  load32Zero: load(92),
  load64Zero: load(93),
  load8Lane: loadLane(84, 16),
  load16Lane: loadLane(85, 8),
  load32Lane: loadLane(86, 4),
  load64Lane: loadLane(87, 2),
  store8Lane: storeLane(88, 16),
  store16Lane: storeLane(89, 8),
  store32Lane: storeLane(90, 4),
  store64Lane: storeLane(91, 2),
  not: unary(77),
  and: binary(78),
  /** `left & ~right`. */
  andnot: binary(79),
  or: binary(80),
  xor: binary(81),
  /** Bits of `a` where the mask (third operand) is 1, of `b` where it is 0. */
  bitselect: ternary(82),
  /** 1 if any bit is set. */
  anyTrue: test(83),
  /** `condition ? ifTrue : ifFalse` for whole vectors; both are computed. */
  select: (condition: Operand<'i32'>, ifTrue: V128, ifFalse: V128): V128 =>
    new Expression('v128', [0x1b], [ifTrue, ifFalse, operand('i32', condition)]),
};

/** Sixteen 8-bit integers. */
export const i8x16 = {
  splat: splat<'i32'>(15, 16, i8Bytes),
  /** Sixteen byte positions: 0-15 pick from `a`, 16-31 from `b`. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 => {
    if (lanes.length !== 16)
      throw new RangeError(`i8x16.shuffle: got ${lanes.length} lanes, want 16`);
    return new Expression(
      'v128',
      [...code(13), ...lanes.map((lane) => checkLane(lane, 32))],
      [a, b],
    );
  },
  /** Bytes of `a` at the positions in `b`; positions above 15 give 0. */
  swizzle: binary(14),
  extractLaneS: extract('i32', 21, 16),
  extractLaneU: extract('i32', 22, 16),
  replaceLane: replace('i32', 23, 16),
  eq: binary(35),
  ne: binary(36),
  ltS: binary(37),
  ltU: binary(38),
  gtS: binary(39),
  gtU: binary(40),
  leS: binary(41),
  leU: binary(42),
  geS: binary(43),
  geU: binary(44),
  abs: unary(96),
  neg: unary(97),
  popcnt: unary(98),
  allTrue: test(99),
  bitmask: test(100),
  narrowI16x8S: binary(101),
  narrowI16x8U: binary(102),
  shl: shift(107),
  shrS: shift(108),
  shrU: shift(109),
  add: binary(110),
  sub: binary(113),
  minS: binary(118),
  minU: binary(119),
  maxS: binary(120),
  maxU: binary(121),
};

/** Eight 16-bit integers. */
export const i16x8 = {
  splat: splat<'i32'>(16, 8, i16Bytes),
  extractLaneS: extract('i32', 24, 8),
  extractLaneU: extract('i32', 25, 8),
  replaceLane: replace('i32', 26, 8),
  eq: binary(45),
  ne: binary(46),
  ltS: binary(47),
  ltU: binary(48),
  gtS: binary(49),
  gtU: binary(50),
  leS: binary(51),
  leU: binary(52),
  geS: binary(53),
  geU: binary(54),
  abs: unary(128),
  neg: unary(129),
  allTrue: test(131),
  bitmask: test(132),
  narrowI32x4S: binary(133),
  narrowI32x4U: binary(134),
  extendLowI8x16S: unary(135),
  extendHighI8x16S: unary(136),
  extendLowI8x16U: unary(137),
  extendHighI8x16U: unary(138),
  shl: shift(139),
  shrS: shift(140),
  shrU: shift(141),
  add: binary(142),
  sub: binary(145),
  mul: binary(149),
  minS: binary(150),
  minU: binary(151),
  maxS: binary(152),
  maxU: binary(153),
};

/** Four 32-bit integers. */
export const i32x4 = {
  splat: splat<'i32'>(17, 4, i32Bytes),
  /** Four constants, lane 0 first. */
  const: (...lanes: [number, number, number, number]): V128 => constant(lanes.flatMap(i32Bytes)),
  extractLane: extract('i32', 27, 4),
  replaceLane: replace('i32', 28, 4),
  eq: binary(55),
  ne: binary(56),
  ltS: binary(57),
  ltU: binary(58),
  gtS: binary(59),
  gtU: binary(60),
  leS: binary(61),
  leU: binary(62),
  geS: binary(63),
  geU: binary(64),
  abs: unary(160),
  neg: unary(161),
  allTrue: test(163),
  bitmask: test(164),
  extendLowI16x8S: unary(167),
  extendHighI16x8S: unary(168),
  extendLowI16x8U: unary(169),
  extendHighI16x8U: unary(170),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: binary(174),
  sub: binary(177),
  mul: binary(181),
  minS: binary(182),
  minU: binary(183),
  maxS: binary(184),
  maxU: binary(185),
  /** Pairwise products of i16x8, neighbours added. */
  dotI16x8S: binary(186),
  /** Float to integer, saturating, NaN to 0. */
  truncSatF32x4S: unary(248),
  truncSatF32x4U: unary(249),
  truncSatF64x2SZero: unary(252),
  truncSatF64x2UZero: unary(253),
};

/** Four single-precision numbers. Comparisons give all ones or all zeros per lane. */
export const f32x4 = {
  splat: splat<'f32'>(19, 4, f32Bytes),
  /** Four constants, lane 0 first. */
  const: (...lanes: [number, number, number, number]): V128 => constant(lanes.flatMap(f32Bytes)),
  extractLane: extract('f32', 31, 4),
  replaceLane: replace('f32', 32, 4),
  eq: binary(65),
  ne: binary(66),
  lt: binary(67),
  gt: binary(68),
  le: binary(69),
  ge: binary(70),
  ceil: unary(103),
  floor: unary(104),
  trunc: unary(105),
  /** Rounds to the nearest integer, ties to even. */
  nearest: unary(106),
  abs: unary(224),
  neg: unary(225),
  sqrt: unary(227),
  add: binary(228),
  sub: binary(229),
  mul: binary(230),
  div: binary(231),
  /** Smaller of two; NaN if either is NaN. */
  min: binary(232),
  max: binary(233),
  /** `b < a ? b : a`: one instruction on x86, NaN in `b` is ignored. */
  pmin: binary(234),
  pmax: binary(235),
  convertI32x4S: unary(250),
  convertI32x4U: unary(251),
  demoteF64x2Zero: unary(94),
  /** `a·b + c`, rounded once where the processor can: needs relaxed SIMD; see `f.multiplyAdd`. */
  relaxedMadd: ternary(0x105),
  /** `c − a·b`: needs relaxed SIMD; see `f.negativeMultiplyAdd`. */
  relaxedNmadd: ternary(0x106),
  /** Four lanes by position: 0-3 pick from `a`, 4-7 from `b`. */
  shuffle: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    i8x16.shuffle(
      a,
      b,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
    ),
};

/** Two double-precision numbers. */
export const f64x2 = {
  splat: splat<'f64'>(20, 2, f64Bytes),
  extractLane: extract('f64', 33, 2),
  replaceLane: replace('f64', 34, 2),
  eq: binary(71),
  ne: binary(72),
  lt: binary(73),
  gt: binary(74),
  le: binary(75),
  ge: binary(76),
  promoteLowF32x4: unary(95),
  ceil: unary(116),
  floor: unary(117),
  trunc: unary(122),
  nearest: unary(148),
  abs: unary(236),
  neg: unary(237),
  sqrt: unary(239),
  add: binary(240),
  sub: binary(241),
  mul: binary(242),
  div: binary(243),
  min: binary(244),
  max: binary(245),
  pmin: binary(246),
  pmax: binary(247),
  convertLowI32x4S: unary(254),
  convertLowI32x4U: unary(255),
};
