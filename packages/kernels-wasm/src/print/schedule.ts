import type { LoopKernel } from '@llm/tensor/backend';
import { type Analysis, costAt, operandsAt } from './analysis.ts';

/** How an axis is cut: every part has `length` elements but the last. */
export interface Parts {
  readonly parts: number;
  readonly length: number;
}

/** An axis cut into parts, which different chunks compute. */
export interface Split extends Parts {
  readonly axis: number;
}

/** Where a value is kept (a row of scratch) and the pass that computes it, by instruction. */
type KeptValues = ReadonlyMap<number, { readonly slot: number; readonly pass: number }>;

/** How the loops of a kernel are laid out. */
export interface Schedule {
  /** The axis whose neighbouring elements fill the lanes: the last one, or with columns the one before. */
  readonly laneAxis: number;
  /** How many leading axes are walked by one flat counter, the items. */
  readonly flattened: number;
  /** Axes further cut, each part an item of its own; the last entry counts fastest. */
  readonly splits: readonly Split[];
  readonly items: number;
  readonly itemsPerChunk: number;
  readonly chunks: number;
  /** Vectors per turn of the lane loop. */
  readonly copies: 1 | 2 | 4 | 8;
  /** Element-level instructions whose values are kept for later passes. */
  readonly kept: KeptValues;
}

/** About as many machine instructions as one chunk should have: a few microseconds. */
const CHUNK_WORK = 1 << 16;
/** Leading axes are flattened until there are this many items, so that chunks can be even. */
const ENOUGH_ITEMS = 256;
/** Elements of a part, where a long last axis is cut. */
const PART = 1 << 13;

/** Chunks at most where values are kept between passes. */
const KEPT_CHUNKS = 64;
/**
 * Sides of a tile of a transposed view: along the axis it is contiguous on, and along the lanes. With strides
 * of a power of two all lines of a tile fall into one set of the first cache, which holds eight; a tile of 64
 * lanes took 7 times as long (23 against 3.1 ns per vector, [2048, 1024]).
 */
const ACROSS_TILE = 64;
const LANE_TILE = 8;
/** Axes shorter than this are not tiled. */
const SHORTEST_TILED = 16;

/** Decides the loops of a collapsed kernel. `parts` cuts the reduced axis (see `split-reduction.ts`). */
export function schedule(kernel: LoopKernel, analysis: Analysis, parts?: Parts): Schedule {
  const { axes } = kernel;
  const rank = axes.length;
  const byColumns = kernel.reduces && prefersColumns(kernel, analysis);
  const laneAxis = byColumns ? rank - 2 : rank - 1;
  const copies = copiesFor(kernel, analysis, laneAxis, byColumns);
  const splits: Split[] = [];
  const outerItems = product(axes.slice(0, laneAxis));
  const lanes = axes[laneAxis]!;
  const across = kernel.reduces ? -1 : transposedAxis(kernel, analysis);
  if (across >= 0) {
    // Tiles, so that a cache line that is read for one element is still there for its neighbours.
    for (const [axis, length] of [
      [across, ACROSS_TILE],
      [laneAxis, LANE_TILE],
    ] as const) {
      splits.push({ axis, parts: Math.ceil(axes[axis]! / length), length });
    }
  } else if (byColumns) {
    const length = 4 * copies;
    if (lanes > length) splits.push({ axis: laneAxis, parts: Math.ceil(lanes / length), length });
  } else if (!kernel.reduces && outerItems < 64 && lanes > 2 * PART) {
    splits.push({ axis: laneAxis, parts: Math.ceil(lanes / PART), length: PART });
  }
  if (parts) splits.push({ axis: rank - 1, ...parts });
  const splitItems = product(splits.map((split) => split.parts));
  let flattened = 0;
  const limit = across >= 0 ? across : laneAxis;
  while (flattened < limit && product(axes.slice(0, flattened)) * splitItems < ENOUGH_ITEMS) {
    flattened++;
  }
  const total = product(axes);
  const items = total === 0 ? 0 : product(axes.slice(0, flattened)) * splitItems;
  const workPerItem = (total / Math.max(1, items)) * ((analysis.cost + 2) / 4);
  const kept = byColumns ? new Map() : keptValues(kernel, analysis);
  // Each chunk has rows of scratch for kept values: few chunks, little scratch.
  const fewest = kept.size > 0 ? Math.ceil(items / KEPT_CHUNKS) : 1;
  const suited = Math.round(CHUNK_WORK / Math.max(1, workPerItem));
  const itemsPerChunk = Math.max(1, fewest, suited);
  return {
    laneAxis,
    flattened,
    splits,
    items,
    itemsPerChunk,
    chunks: Math.ceil(items / itemsPerChunk),
    copies,
    kept,
  };
}

/** The axis along which a load is contiguous that jumps along the last axis; −1 where there is none. */
function transposedAxis(kernel: LoopKernel, analysis: Analysis): number {
  const { axes, instructions } = kernel;
  const last = axes.length - 1;
  if (axes[last]! < SHORTEST_TILED) return -1;
  for (const [position, instruction] of instructions.entries()) {
    if (instruction.op !== 'load' || !analysis.used[position]) continue;
    const { strides } = instruction.access;
    if (Math.abs(strides[last]!) <= 1) continue;
    const axis = strides.findIndex(
      (stride, i) => Math.abs(stride) === 1 && axes[i]! >= SHORTEST_TILED,
    );
    if (axis >= 0) return axis;
  }
  return -1;
}

/** Whether the loads lie next to each other along the last kept axis rather than the reduced one. */
export function prefersColumns(kernel: LoopKernel, analysis: Analysis): boolean {
  const { axes, instructions } = kernel;
  const rank = axes.length;
  if (rank < 2 || axes[rank - 2]! < 4) return false;
  let columns = 0;
  let rows = 0;
  instructions.forEach((instruction, position) => {
    if (instruction.op !== 'load' || !analysis.used[position]) return;
    const { strides } = instruction.access;
    const [column, row] = [Math.abs(strides[rank - 2]!), Math.abs(strides[rank - 1]!)];
    // One value for all columns (a row's mean, say) is as cheap either way.
    if (row === 0 || column === 0) return;
    if (row === 1) rows++;
    else if (column === 1) columns++;
    else if (axes[rank - 1]! < 4) columns++;
  });
  return columns > rows;
}

function copiesFor(
  kernel: LoopKernel,
  analysis: Analysis,
  laneAxis: number,
  byColumns: boolean,
): 1 | 2 | 4 | 8 {
  const awkward = kernel.instructions.some(
    (instruction, position) =>
      instruction.op === 'load' &&
      analysis.used[position] &&
      (instruction.access.bounds?.some((bound) => bound.axis === laneAxis) ||
        Math.abs(instruction.access.strides[laneAxis]!) > 1 ||
        (instruction.access.gather &&
          (analysis.axes[instruction.access.gather.index]! >> laneAxis) & 1)),
  );
  if (byColumns) return analysis.cost <= 12 && !awkward ? 8 : analysis.cost < 40 ? 4 : 2;
  if (awkward) return 1;
  if (analysis.cost <= 40) return 4;
  return analysis.cost <= 80 ? 2 : 1;
}

/** Values dear enough to write to a row of scratch (which stays in the first cache) and read again. */
const DEAR = 16;

function keptValues(kernel: LoopKernel, analysis: Analysis): KeptValues {
  const kept = new Map<number, { slot: number; pass: number }>();
  if (!kernel.reduces || analysis.lastPass === 0 || kernel.axes.at(-1)! > 1 << 17) return kept;
  const last = kernel.axes.length - 1;
  const isElement = (position: number) => ((analysis.axes[position]! >> last) & 1) === 1;
  const needed = passNeeds(kernel, analysis, isElement);
  for (let position = 0; position < kernel.instructions.length; position++) {
    const instruction = kernel.instructions[position]!;
    if (
      instruction.op === 'reduce' ||
      costAt(kernel.instructions, position) < DEAR ||
      !isElement(position)
    )
      continue;
    const passes = needed.flatMap((need, pass) => (need.has(position) ? [pass] : []));
    if (passes.length > 1) kept.set(position, { slot: kept.size, pass: passes[0]! });
  }
  return kept;
}

/** For each pass, the element-level instructions it must have, operands included. */
export function passNeeds(
  kernel: LoopKernel,
  analysis: Analysis,
  isElement: (position: number) => boolean,
  kept?: KeptValues,
): Set<number>[] {
  return Array.from({ length: analysis.lastPass + 1 }, (_, pass) => {
    const need = new Set<number>();
    const visit = (position: number) => {
      if (!isElement(position) || need.has(position)) return;
      need.add(position);
      // A kept value of an earlier pass is read from scratch, without its operands.
      const earlier = kept?.get(position);
      if (earlier && earlier.pass < pass) return;
      for (const operand of operandsAt(kernel.instructions, position)) visit(operand);
    };
    kernel.instructions.forEach((instruction, position) => {
      if (instruction.op !== 'reduce' || !analysis.used[position]) return;
      if (analysis.depth[instruction.operand] === pass) visit(instruction.operand);
    });
    if (pass === analysis.lastPass) for (const { value } of kernel.stores) visit(value);
    return need;
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
