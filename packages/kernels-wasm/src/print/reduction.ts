/** Accumulators of reductions: how they start, take values, and are put together. */
import type { ComputeType, ReduceOperator } from '@llm/tensor/backend';
import { type FunctionBuilder, f32x4, i32x4, type Local, type V128, v128 } from '../wasm/index.ts';

/** Four running results, one per lane; argmax and argmin also keep where they found them. */
export interface Accumulator {
  readonly value: Local<'v128'>;
  readonly position?: Local<'v128'>;
  /** For max and min of f32: lanes that have met a NaN. */
  readonly nan?: Local<'v128'>;
  /** For max and min of f32 that need not tell of a NaN. */
  readonly passesOverNan?: boolean;
}

/**
 * Makes the variables of an accumulator. The f32 maximum that keeps NaN takes eight machine
 * instructions on x86, one that ignores it takes one: NaN is noted apart.
 *
 * @param passesOverNan - a max or min of f32 may leave out NaN; see `isSpoiledAnyway`
 */
export function declare(
  f: FunctionBuilder,
  operator: ReduceOperator,
  type: ComputeType,
  passesOverNan = false,
): Accumulator {
  const extremum = type === 'f32' && (operator === 'max' || operator === 'min');
  return {
    value: f.local('v128'),
    ...(operator.startsWith('arg') && { position: f.local('v128') }),
    ...(extremum && (passesOverNan ? { passesOverNan } : { nan: f.local('v128') })),
  };
}

/** Puts what was noted apart into the result. */
export function settle(f: FunctionBuilder, { value, nan }: Accumulator): void {
  if (nan) f.set(value, v128.bitselect(f32x4.splat(Number.NaN), value, nan));
}

/** What a reduction over nothing gives. */
export function identity(operator: ReduceOperator, type: ComputeType): V128 {
  if (operator === 'sum') return type === 'f32' ? f32x4.splat(0) : i32x4.splat(0);
  if (operator === 'prod') {
    return type === 'f32' ? f32x4.splat(1) : i32x4.splat(type === 'bool' ? -1 : 1);
  }
  const isMax = operator === 'max' || operator === 'argmax';
  if (type === 'f32') return f32x4.splat(isMax ? -Infinity : Infinity);
  if (type === 'i32') return i32x4.splat(isMax ? -(2 ** 31) : 2 ** 31 - 1);
  return i32x4.splat(isMax ? 0 : -1); // u32 and bool masks
}

/** Sets an accumulator to the identity; positions start beyond every real one. */
export function start(
  f: FunctionBuilder,
  operator: ReduceOperator,
  type: ComputeType,
  accumulator: Accumulator,
): void {
  f.set(accumulator.value, identity(operator, type));
  if (accumulator.position) f.set(accumulator.position, i32x4.splat(0x7fffffff));
  if (accumulator.nan) f.set(accumulator.nan, i32x4.splat(0));
}

/** Takes one value per lane into the accumulator. */
export function accumulate(
  f: FunctionBuilder,
  operator: ReduceOperator,
  type: ComputeType,
  into: Accumulator,
  value: Local<'v128'>,
  position?: Local<'v128'>,
): void {
  if (into.nan || into.passesOverNan) {
    if (into.nan) f.set(into.nan, v128.or(into.nan, f32x4.ne(value, value)));
    // Of a NaN and a number these give the number that is in `into`.
    const [a, b] = [into.value, value];
    f.set(into.value, operator === 'max' ? f32x4.pmax(a, b) : f32x4.pmin(a, b));
    return;
  }
  if (!into.position) {
    f.set(into.value, combine(operator, type, into.value, value));
    return;
  }
  const better = f.let(isBetter(operator, type, value, position!, into.value, into.position));
  f.set(into.value, v128.bitselect(value, into.value, better));
  f.set(into.position, v128.bitselect(position!, into.position, better));
}

/** Combines the four lanes, always in the same order; all lanes hold the result. */
export function acrossLanes(
  f: FunctionBuilder,
  operator: ReduceOperator,
  type: ComputeType,
  accumulator: Accumulator,
): void {
  settle(f, accumulator);
  for (const lanes of [
    [2, 3, 0, 1],
    [1, 0, 3, 2],
  ] as const) {
    const swap = (value: V128) => f.let(f32x4.shuffle(value, value, lanes));
    const position = accumulator.position && swap(accumulator.position);
    if (accumulator.nan) {
      f.set(accumulator.value, combine(operator, type, accumulator.value, swap(accumulator.value)));
      continue;
    }
    accumulate(f, operator, type, accumulator, swap(accumulator.value), position);
  }
}

function combine(operator: ReduceOperator, type: ComputeType, a: V128, b: V128): V128 {
  const isFloat = type === 'f32';
  switch (operator) {
    case 'sum':
      if (type === 'bool') return v128.or(a, b);
      return isFloat ? f32x4.add(a, b) : i32x4.add(a, b);
    case 'prod':
      if (type === 'bool') return v128.and(a, b);
      return isFloat ? f32x4.mul(a, b) : i32x4.mul(a, b);
    case 'max':
      if (type === 'bool') return v128.or(a, b);
      if (isFloat) return f32x4.max(a, b);
      return type === 'i32' ? i32x4.maxS(a, b) : i32x4.maxU(a, b);
    case 'min':
      if (type === 'bool') return v128.and(a, b);
      if (isFloat) return f32x4.min(a, b);
      return type === 'i32' ? i32x4.minS(a, b) : i32x4.minU(a, b);
    default:
      throw new Error(`kernel: ${operator} combines positions, not values`);
  }
}

/** Whether a comes before b: NaN first, then the more extreme value, then the smaller position. */
function isBetter(
  operator: ReduceOperator,
  type: ComputeType,
  a: V128,
  aPosition: V128,
  b: V128,
  bPosition: V128,
): V128 {
  const [above, below] = operator === 'argmax' ? [a, b] : [b, a];
  const earlier = i32x4.ltS(aPosition, bPosition);
  if (type === 'f32') {
    const aNan = f32x4.ne(a, a);
    const bNan = f32x4.ne(b, b);
    const extreme = v128.or(f32x4.gt(above, below), v128.andnot(aNan, bNan));
    const tie = v128.or(f32x4.eq(a, b), v128.and(aNan, bNan));
    return v128.or(extreme, v128.and(tie, earlier));
  }
  const isAbove =
    type === 'i32'
      ? i32x4.gtS(above, below)
      : type === 'u32'
        ? i32x4.gtU(above, below)
        : v128.andnot(above, below);
  return v128.or(isAbove, v128.and(i32x4.eq(a, b), earlier));
}
