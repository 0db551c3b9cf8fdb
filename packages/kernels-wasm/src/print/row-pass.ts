import type { ComputeType, ReduceOperator } from '@llm/tensor/backend';
import { type I32, i32x4, type Local, v128 } from '../wasm/index.ts';
import type { LoopBody } from './loop-body.ts';
import { laneMask } from './place.ts';
import {
  type Accumulator,
  accumulate,
  acrossLanes,
  declare,
  identity,
  settle,
  start as startAccumulator,
} from './reduction.ts';
import { isSpoiledAnyway } from './spoiled-row.ts';

/** Turns of a summing loop whose result is added up apart, so that long sums stay accurate. */
export const BLOCK_TURNS = 64;

/** The two ways to walk the reduced axis; `flush` is printed after every `BLOCK_TURNS` turns. */
interface Loops {
  laneLoop(axis: number, body: (index: I32) => void, flush?: () => void): void;
  scalarLoop(axis: number, body: (index: I32) => void, flush?: () => void): void;
}

/** One reduction under way. */
interface Running {
  readonly position: number;
  readonly operand: number;
  readonly operator: ReduceOperator;
  /** The operand's type. */
  readonly type: ComputeType;
  readonly accumulators: Accumulator[];
  /** Sums of the blocks so far, where long sums go by blocks. */
  readonly totals: readonly Local<'v128'>[] | undefined;
}

/** Prints one pass over the reduced axis: its reductions and, in the last pass, the stores. */
export function printPass(body: LoopBody, loops: Loops, pass: number): void {
  const { f, analysis, schedule } = body;
  const last = body.rank - 1;
  const byRows = body.lane === last;
  const storesHere = pass === analysis.lastPass && body.stores.some(({ perRow }) => !perRow);
  const running = begin(body, pass, byRows);
  if (running.length === 0 && !storesHere) return;
  const needs = [...body.needs[pass]!].sort((a, b) => a - b);
  const turn = (index: I32) => {
    body.enter(last, index);
    for (const position of needs) {
      if (body.isKeptBefore(position, pass)) body.reload(position);
      else body.emit(position);
      if (schedule.kept.get(position)?.pass === pass) body.keep(position);
    }
    for (const reduction of running) take(body, reduction, index, byRows);
    if (storesHere) body.store(false);
  };
  const flush = running.some(({ totals }) => totals) ? () => flushBlocks(body, running) : undefined;
  if (byRows) loops.laneLoop(last, turn, flush);
  else loops.scalarLoop(last, turn, flush);
  for (const { position, operator, type, accumulators, totals } of running) {
    totals?.forEach((total, i) => {
      f.set(accumulators[i]!.value, total);
    });
    if (byRows) {
      joinCopies(body, operator, type, accumulators);
      accumulators.length = 1;
    } else for (const accumulator of accumulators) settle(f, accumulator);
    body.setReduced(
      position,
      accumulators.map(({ value, position: at }) => at ?? value),
    );
  }
}

/** Declares and starts the accumulators of a pass. */
function begin(body: LoopBody, pass: number, byRows: boolean): Running[] {
  const { f, kernel, analysis, schedule } = body;
  const last = body.rank - 1;
  const turn = byRows ? 4 * schedule.copies : 1;
  const size = body.ranges[last] ? schedule.splits.at(-1)!.length : kernel.axes[last]!;
  const isLong = size > 2 * BLOCK_TURNS * turn;
  return kernel.instructions.flatMap((instruction, position): Running[] => {
    if (instruction.op !== 'reduce' || !analysis.used[position]) return [];
    const { operand, operator } = instruction;
    if (analysis.depth[operand] !== pass) return [];
    const { type } = kernel.instructions[operand]!;
    const variesByLane = byRows || ((analysis.axes[position]! >> body.lane) & 1) === 1;
    const widest = byRows ? Math.min(schedule.copies, Math.ceil(size / 4)) : body.lanes.length;
    const passesOverNan = isSpoiledAnyway(kernel, analysis, position);
    const accumulators = Array.from({ length: variesByLane ? widest : 1 }, () =>
      declare(f, operator, type, passesOverNan),
    );
    const blocked = isLong && operator === 'sum' && type === 'f32';
    const totals = blocked ? accumulators.map(() => f.let(i32x4.splat(0))) : undefined;
    for (const accumulator of accumulators) startAccumulator(f, operator, type, accumulator);
    return [{ position, operand, operator, type, accumulators, totals }];
  });
}

/** Adds the blocks' sums to the totals. */
function flushBlocks({ f }: LoopBody, running: readonly Running[]): void {
  for (const { totals, accumulators } of running) {
    totals?.forEach((total, i) => {
      const { value } = accumulators[i]!;
      accumulate(f, 'sum', 'f32', { value: total }, value);
      f.set(value, i32x4.splat(0));
    });
  }
}

/** Takes the operand's vectors of one turn. */
function take(body: LoopBody, reduction: Running, index: I32, byRows: boolean): void {
  const { f } = body;
  const { operand, operator, type, accumulators } = reduction;
  const copies = Math.min(accumulators.length, body.lanes.length || 1);
  for (let copy = 0; copy < copies; copy++) {
    let value = body.value(operand, copy);
    const lanes = body.lanes[copy] ?? 4;
    if (byRows && lanes < 4) {
      value = f.let(v128.bitselect(value, identity(operator, type), laneMask(lanes)));
    }
    const accumulator = accumulators[copy]!;
    let at: Local<'v128'> | undefined;
    if (accumulator.position) {
      const offset = (lane: number) => (byRows ? 4 * copy + lane : 0);
      const offsets = i32x4.const(offset(0), offset(1), offset(2), offset(3));
      at = f.let(i32x4.add(i32x4.splat(index), offsets));
    }
    accumulate(f, operator, type, accumulator, value, at);
  }
}

/** Joins the copies in a tree, then the lanes: an order fixed by the shape. */
function joinCopies(
  { f }: LoopBody,
  operator: ReduceOperator,
  type: ComputeType,
  accumulators: readonly Accumulator[],
): void {
  for (let step = 1; step < accumulators.length; step *= 2) {
    for (let i = 0; i + step < accumulators.length; i += 2 * step) {
      const other = accumulators[i + step]!;
      settle(f, other);
      accumulate(f, operator, type, accumulators[i]!, other.value, other.position);
    }
  }
  acrossLanes(f, operator, type, accumulators[0]!);
}
