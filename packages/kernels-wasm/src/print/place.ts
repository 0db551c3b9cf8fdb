import type { Access, Bound, DType } from '@llm/tensor/backend';
import {
  type FunctionBuilder,
  type I32,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/index.ts';
import {
  type Address,
  elementBytes,
  loadLane,
  loadSplat,
  loadStrided,
  plus,
} from './memory-access.ts';

/** Where a load or store is in memory, as the loops around it advance. */
export interface Place {
  readonly dtype: DType;
  readonly buffer: number;
  readonly offset: number;
  readonly strides: readonly number[];
  readonly bounds: readonly Bound[];
  readonly gather?: Access['gather'];
  /** Elements per part of a split reduction; 0 elsewhere. */
  readonly partStride: number;
}

/** The part of a place that changes from loop to loop. */
export interface Position {
  /** Byte address at the loop indices so far. */
  address: I32;
  /** Whether the bounds on those indices hold; absent: they do. */
  valid?: Local<'i32'>;
}

/** The load's address and validity one loop further in. */
export function advance(
  f: FunctionBuilder,
  place: Place,
  position: Position,
  axis: number,
  index: I32,
  laneAxis: number,
): Position {
  const stride = place.strides[axis]!;
  let { address, valid } = position;
  if (stride !== 0) {
    const bytes = stride * elementBytes(place.dtype);
    address = f.let(i32.add(address, i32.mul(index, bytes | 0)));
  }
  for (const { axis: bounded, low, high } of place.bounds) {
    if (bounded !== axis || axis === laneAxis) continue;
    const inside = i32.ltU(i32.sub(index, low), Math.max(0, high - low));
    valid = f.let(valid ? i32.and(valid, inside) : inside);
  }
  return { address, valid };
}

/** What a load needs to know of the lanes it fills. */
interface LaneContext {
  readonly laneAxis: number;
  /** Index along the lane axis of the first lane of copy 0. */
  readonly index: I32;
  readonly copy: number;
  /** Real lanes, 1 to 4. */
  readonly lanes: number;
  /** Gathered i32 indices where they vary from lane to lane. */
  readonly gathered?: Local<'v128'>;
}

/** Loads one vector, unwidened; 0 where bounds do not hold, and memory outside is not touched. */
export function loadPlace(
  f: FunctionBuilder,
  place: Place,
  position: Position,
  context: LaneContext,
): V128 {
  const laneBounds = place.bounds.filter((bound) => bound.axis === context.laneAxis);
  if (place.gather?.size === 0) return i32x4.splat(0);
  const whole = () => loadWhole(f, place, position.address, context);
  if (!position.valid && laneBounds.length === 0) return whole();
  const value = f.let(i32x4.splat(0));
  const guarded = (body: () => void) => (position.valid ? f.if(position.valid, body) : body());
  guarded(() => {
    if (laneBounds.length === 0) {
      f.set(value, whole());
      return;
    }
    const index = f.let(i32.add(context.index, 4 * context.copy));
    const inside = (at: I32, count: number) =>
      laneBounds
        .map(({ low, high }) => {
          const room = high - low - count + 1;
          return room <= 0 ? i32.const(0) : i32.ltU(i32.sub(at, low), room);
        })
        .reduce((a, b) => i32.and(a, b));
    f.if(
      inside(index, context.lanes),
      () => f.set(value, whole()),
      () => {
        for (let lane = 0; lane < context.lanes; lane++) {
          f.if(inside(i32.add(index, lane), 1), () => {
            const at = laneAddress(f, place, position.address, context, lane);
            f.set(value, loadLane(place.dtype, at, value, lane));
          });
        }
      },
    );
  });
  return value;
}

function loadWhole(f: FunctionBuilder, place: Place, address: I32, context: LaneContext): V128 {
  const stride = context.laneAxis < 0 ? 0 : place.strides[context.laneAxis]!;
  if (context.gathered) {
    const value = f.let(i32x4.splat(0));
    for (let lane = 0; lane < context.lanes; lane++) {
      const at = laneAddress(f, place, address, context, lane);
      f.set(value, loadLane(place.dtype, at, value, lane));
    }
    return value;
  }
  const start = copyAddress(place, address, context);
  if (stride === 0) return loadSplat(place.dtype, start);
  return loadStrided(f, place.dtype, start, stride, context.lanes);
}

function copyAddress(place: Place, address: I32, { laneAxis, copy }: LaneContext): Address {
  const stride = laneAxis < 0 ? 0 : place.strides[laneAxis]!;
  return plus({ base: address, offset: 0 }, 4 * copy * stride * elementBytes(place.dtype));
}

/** The address of one lane, reached by wrapping additions: what lies between may be outside memory. */
function laneAddress(
  f: FunctionBuilder,
  place: Place,
  address: I32,
  context: LaneContext,
  lane: number,
): Address {
  const bytes = elementBytes(place.dtype);
  const step = (4 * context.copy + lane) * place.strides[context.laneAxis]! * bytes;
  let base = i32.add(address, step | 0);
  if (context.gathered && place.gather) {
    const distance = i32.mul(
      i32x4.extractLane(context.gathered, lane),
      (place.gather.stride * bytes) | 0,
    );
    base = i32.add(base, distance);
  }
  return { base: f.let(base), offset: 0 };
}

/** Gathered indices limited to [0, size). */
export function clampIndex(f: FunctionBuilder, value: V128, size: number): Local<'v128'> {
  const upper = i32x4.minS(value, i32x4.splat(size - 1));
  return f.let(i32x4.maxS(upper, i32x4.splat(0)));
}

/** A vector of ones in the first `lanes` lanes and zeros in the others. */
export function laneMask(lanes: number): V128 {
  const bytes = Array.from({ length: 16 }, (_, byte) => (byte < 4 * lanes ? 0xff : 0));
  return v128.const(bytes);
}
