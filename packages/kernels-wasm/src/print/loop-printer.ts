/**
 * Prints a loop kernel as one WebAssembly function.
 *
 * Every value is a vector of four lanes. Along the lane axis the lanes are neighbouring elements;
 * a value that does not vary along it has all lanes equal. An instruction is printed in the
 * outermost loop where all it depends on is known. With `reduces`, the body of the innermost kept
 * loop is a row: passes over the reduced axis, one per depth of reductions, and between them the
 * instructions per row. All stores happen in the last pass, after the loads of the same element:
 * an output may share its memory with an input that is read at the index it is written.
 */
import type { LoopKernel, Store } from '@llm/tensor';
import {
  type FunctionBuilder,
  type I32,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/index.ts';
import type { Analysis } from './analysis.ts';
import { emitInstruction } from './instruction.ts';
import type { Library } from './library.ts';
import { elementBytes, plus, storeVector } from './memory-access.ts';
import { advance, clampIndex, laneMask, type Place, type Position } from './place.ts';
import {
  type Accumulator,
  accumulate,
  acrossLanes,
  identity,
  start as startAccumulator,
} from './reduction.ts';
import { passNeeds, type Schedule } from './schedule.ts';

/** A store into a row of partial results: `partStride` elements per part of the reduced axis. */
export type PartialStore = Store & { readonly partStride?: number };

/** Turns of a summing loop whose result is added up apart, so that long sums stay accurate. */
const BLOCK_TURNS = 64;

interface Range {
  readonly start: I32;
  readonly stop: I32;
}

/** Prints one kernel; see the module's comment. */
export class LoopPrinter {
  readonly #loads: (Place | undefined)[];
  readonly #stores: { readonly place: Place; readonly value: number; readonly perRow: boolean }[];
  readonly #needs: Set<number>[];
  readonly #rank: number;
  readonly #lane: number;
  /** Values of instructions printed so far in the enclosing loops, one vector per copy. */
  #values: (Local<'v128'>[] | undefined)[] = [];
  #loadPositions: Position[] = [];
  #storePositions: Position[] = [];
  #keptAddresses = new Map<number, I32>();
  #indices: (I32 | undefined)[] = [];
  #ranges: (Range | undefined)[] = [];
  /** Bit set: axes whose loops enclose the present place. */
  #entered = 0;
  /** Real lanes of each copy. */
  #lanes: readonly number[] = [];

  constructor(
    private readonly f: FunctionBuilder,
    private readonly library: Library,
    private readonly kernel: LoopKernel,
    private readonly analysis: Analysis,
    private readonly schedule: Schedule,
  ) {
    this.#rank = kernel.axes.length;
    this.#lane = schedule.laneAxis;
    const { buffers } = kernel;
    this.#loads = kernel.instructions.map((instruction, position) => {
      if (instruction.op !== 'load' || !analysis.used[position]) return undefined;
      const { access } = instruction;
      return {
        ...access,
        bounds: access.bounds ?? [],
        dtype: buffers[access.buffer]!.dtype,
        partStride: 0,
      };
    });
    this.#stores = kernel.stores.map((store: PartialStore) => ({
      value: store.value,
      perRow: kernel.reduces && store.strides.at(-1) === 0 && !this.#isElement(store.value),
      place: {
        ...store,
        bounds: [],
        dtype: buffers[store.buffer]!.dtype,
        partStride: store.partStride ?? 0,
      },
    }));
    this.#needs = kernel.reduces
      ? passNeeds(kernel, analysis, (p) => this.#isElement(p), schedule.kept)
      : [];
  }

  /** Prints the body of `run(args, begin, end)`. */
  print(args: I32, begin: I32, end: I32): void {
    const { f, schedule } = this;
    const bases = new Map<number, Local<'i32'>>();
    const base = (buffer: number) => {
      let local = bases.get(buffer);
      if (!local) bases.set(buffer, (local = f.let(i32.load(args, 4 * buffer))));
      return local;
    };
    const origin = (place: Place): Position => ({
      address: f.let(i32.add(base(place.buffer), (place.offset * elementBytes(place.dtype)) | 0)),
    });
    this.#loadPositions = this.#loads.map((place) =>
      place ? origin(place) : { address: i32.const(0) },
    );
    this.#storePositions = this.#stores.map(({ place }) => origin(place));
    this.#placeKeptRows(base, begin);
    this.#emitReady(0);
    const first = f.let(i32.mul(begin, schedule.itemsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, schedule.itemsPerChunk), schedule.items));
    f.for(first, last, 1, (item) => this.#inside(() => this.#item(item)));
  }

  /** A row of scratch per kept value; the chunk that a call begins with owns them while it runs. */
  #placeKeptRows(base: (buffer: number) => Local<'i32'>, begin: I32): void {
    const { kept } = this.schedule;
    if (kept.size === 0) return;
    const rowBytes = keptRowBytes(this.kernel);
    const rows = this.f.let(
      i32.add(base(this.kernel.buffers.length), i32.mul(begin, rowBytes * kept.size)),
    );
    for (const [position, { slot }] of kept) {
      this.#keptAddresses.set(position, this.f.let(i32.add(rows, slot * rowBytes)));
    }
  }

  /** Splits the flat counter into indices and parts, and runs the loops within. */
  #item(item: Local<'i32'>): void {
    const { f, schedule, kernel } = this;
    const flattened = kernel.axes.slice(0, schedule.flattened);
    const sizes = [...flattened, ...schedule.splits.map((split) => split.parts)];
    const indices: I32[] = [];
    let rest: I32 = item;
    for (let level = sizes.length - 1; level >= 0; level--) {
      indices[level] = level === 0 ? rest : f.let(i32.remU(rest, sizes[level]!));
      if (level > 0) rest = f.let(i32.divU(rest, sizes[level]!));
    }
    flattened.forEach((_, axis) => this.#enter(axis, indices[axis]!));
    schedule.splits.forEach(({ axis, length }, split) => {
      const part = indices[flattened.length + split]!;
      const start = f.let(i32.mul(part, length));
      const stop = f.let(i32.minU(i32.add(start, length), kernel.axes[axis]!));
      this.#ranges[axis] = { start, stop };
      if (axis === this.#rank - 1) this.#selectPart(part);
    });
    this.#emitReady(0);
    this.#nest(schedule.flattened);
  }

  #selectPart(part: I32): void {
    this.#stores.forEach(({ place }, i) => {
      if (place.partStride === 0) return;
      const bytes = i32.mul(part, place.partStride * elementBytes(place.dtype));
      const address = this.f.let(i32.add(this.#storePositions[i]!.address, bytes));
      this.#storePositions[i] = { address };
    });
  }

  /** The loop over an axis and all within. */
  #nest(axis: number): void {
    const { f, kernel } = this;
    if (kernel.reduces && axis === this.#rank - 1) {
      this.#row();
    } else if (axis === this.#rank) {
      this.#store(false);
    } else if (axis === this.#lane) {
      this.#laneLoop(axis, (index) => {
        this.#enter(axis, index);
        this.#emitReady(0);
        this.#nest(axis + 1);
      });
    } else {
      f.for(0, kernel.axes[axis]!, 1, (index) =>
        this.#inside(() => {
          this.#enter(axis, index);
          this.#emitReady(0);
          this.#nest(axis + 1);
        }),
      );
    }
  }

  /** Passes over the reduced axis, and what happens once per row. */
  #row(): void {
    for (let pass = 0; pass <= this.analysis.lastPass; pass++) {
      this.#pass(pass);
      this.#emitReady(pass + 1);
    }
    this.#store(true);
  }

  #pass(pass: number): void {
    const { f, kernel, analysis } = this;
    const last = this.#rank - 1;
    const byRows = this.#lane === last;
    const reductions = kernel.instructions.flatMap((instruction, position) =>
      instruction.op === 'reduce' &&
      analysis.used[position] &&
      analysis.depth[instruction.operand] === pass
        ? [{ position, ...instruction, type: kernel.instructions[instruction.operand]!.type }]
        : [],
    );
    const storesHere = pass === analysis.lastPass && this.#stores.some(({ perRow }) => !perRow);
    if (reductions.length === 0 && !storesHere) return;
    const turn = byRows ? 4 * this.schedule.copies : 1;
    const size = this.#ranges[last] ? this.schedule.splits.at(-1)!.length : kernel.axes[last]!;
    const isLong = size > 2 * BLOCK_TURNS * turn;
    const states = reductions.map((reduction) => {
      const isPosition = reduction.operator.startsWith('arg');
      const variesByLane = byRows || ((analysis.axes[reduction.position]! >> this.#lane) & 1) === 1;
      const widest = byRows
        ? Math.min(this.schedule.copies, Math.ceil(size / 4))
        : this.#lanes.length;
      const count = variesByLane ? widest : 1;
      const accumulators = Array.from(
        { length: count },
        (): Accumulator => ({
          value: f.local('v128'),
          ...(isPosition && { position: f.local('v128') }),
        }),
      );
      const blocked = isLong && reduction.operator === 'sum' && reduction.type === 'f32';
      const totals = blocked ? accumulators.map(() => f.let(i32x4.splat(0))) : undefined;
      for (const accumulator of accumulators) {
        startAccumulator(f, reduction.operator, reduction.type, accumulator);
      }
      return { ...reduction, accumulators, totals };
    });
    const flush = () => {
      for (const { totals, accumulators } of states) {
        totals?.forEach((total, i) => {
          const { value } = accumulators[i]!;
          const sum: Accumulator = { value: total };
          accumulate(f, 'sum', 'f32', sum, value);
          f.set(value, i32x4.splat(0));
        });
      }
    };
    const body = (index: I32) => {
      this.#enter(last, index);
      for (const position of [...this.#needs[pass]!].sort((a, b) => a - b)) {
        if (this.#isKeptBefore(position, pass)) this.#reload(position);
        else this.#emit(position);
        if (this.schedule.kept.get(position)?.pass === pass) this.#keep(position);
      }
      for (const state of states) this.#accumulate(state, index, byRows);
      if (storesHere) this.#store(false);
    };
    const blocked = states.some(({ totals }) => totals);
    if (byRows) this.#laneLoop(last, body, blocked ? flush : undefined);
    else this.#scalarLoop(last, body, blocked ? flush : undefined);
    for (const { position, operator, type, accumulators, totals } of states) {
      totals?.forEach((total, i) => f.set(accumulators[i]!.value, total));
      if (byRows) {
        // A tree over the copies, then over the lanes: an order fixed by the shape.
        for (let step = 1; step < accumulators.length; step *= 2) {
          for (let i = 0; i + step < accumulators.length; i += 2 * step) {
            const other = accumulators[i + step]!;
            accumulate(f, operator, type, accumulators[i]!, other.value, other.position);
          }
        }
        acrossLanes(f, operator, type, accumulators[0]!);
        accumulators.length = 1;
      }
      this.#values[position] = accumulators.map(({ value, position: at }) => at ?? value);
    }
  }

  #accumulate(
    state: {
      readonly operand: number;
      readonly operator: Parameters<typeof identity>[0];
      readonly type: Parameters<typeof identity>[1];
      readonly accumulators: readonly Accumulator[];
    },
    index: I32,
    byRows: boolean,
  ): void {
    const { f } = this;
    const { operand, operator, type, accumulators } = state;
    const copies = Math.min(accumulators.length, this.#lanes.length || 1);
    for (let copy = 0; copy < copies; copy++) {
      let value = this.#value(operand, copy);
      const lanes = this.#lanes[copy] ?? 4;
      if (byRows && lanes < 4) {
        value = f.let(v128.bitselect(value, identity(operator, type), laneMask(lanes)));
      }
      const accumulator = accumulators[copy]!;
      let at: Local<'v128'> | undefined;
      if (accumulator.position) {
        const offsets = [0, 1, 2, 3].map((lane) => (byRows ? 4 * copy + lane : 0));
        const lanesOf = i32x4.const(...(offsets as [number, number, number, number]));
        at = f.let(i32x4.add(i32x4.splat(index), lanesOf));
      }
      accumulate(f, operator, type, accumulator, value, at);
    }
  }

  /** Walks the lane axis: whole turns of several vectors, then one turn for what is left. */
  #laneLoop(axis: number, body: (index: I32) => void, flush?: () => void): void {
    const { f, schedule } = this;
    const step = 4 * schedule.copies;
    const range = this.#ranges[axis];
    const size = this.kernel.axes[axis]!;
    const rest = size % step;
    const whole: I32 = range
      ? f.let(i32.add(range.start, i32.and(i32.sub(range.stop, range.start), i32.const(-step))))
      : i32.const(size - rest);
    const turn = (index: I32, lanes: readonly number[]) =>
      this.#inside(() => {
        this.#lanes = lanes;
        body(index);
      });
    const full = new Array<number>(schedule.copies).fill(4);
    const loop = (from: I32, to: I32) => f.for(from, to, step, (index) => turn(index, full));
    const start = range?.start ?? i32.const(0);
    if (flush) {
      f.for(start, whole, BLOCK_TURNS * step, (block) => {
        const stop = f.let(i32.minU(i32.add(block, BLOCK_TURNS * step), whole));
        loop(block, stop);
        flush();
      });
    } else loop(start, whole);
    if (rest === 0) return;
    const left = Array.from({ length: Math.ceil(rest / 4) }, (_, copy) =>
      Math.min(4, rest - 4 * copy),
    );
    const remainder = () => {
      f.scope(() => turn(f.let(whole), left));
      flush?.();
    };
    if (range) f.if(i32.ne(whole, range.stop), remainder);
    else remainder();
  }

  #scalarLoop(axis: number, body: (index: I32) => void, flush?: () => void): void {
    const { f } = this;
    const start = this.#ranges[axis]?.start ?? i32.const(0);
    const stop = this.#ranges[axis]?.stop ?? i32.const(this.kernel.axes[axis]!);
    const loop = (from: I32, to: I32) =>
      f.for(from, to, 1, (index) => this.#inside(() => body(index)));
    if (!flush) {
      loop(start, stop);
      return;
    }
    f.for(start, stop, BLOCK_TURNS, (block) => {
      const blockStop = f.let(i32.minU(i32.add(block, BLOCK_TURNS), stop));
      loop(block, blockStop);
      flush();
    });
  }

  /** Runs `body` inside a loop: what it prints is forgotten afterwards. */
  #inside(body: () => void): void {
    const state = {
      values: this.#values,
      loads: this.#loadPositions,
      stores: this.#storePositions,
      kept: this.#keptAddresses,
      indices: this.#indices,
      ranges: this.#ranges,
      entered: this.#entered,
      lanes: this.#lanes,
    };
    this.#values = state.values.slice();
    this.#loadPositions = state.loads.slice();
    this.#storePositions = state.stores.slice();
    this.#keptAddresses = new Map(state.kept);
    this.#indices = state.indices.slice();
    this.#ranges = state.ranges.slice();
    body();
    this.#values = state.values;
    this.#loadPositions = state.loads;
    this.#storePositions = state.stores;
    this.#keptAddresses = state.kept;
    this.#indices = state.indices;
    this.#ranges = state.ranges;
    this.#entered = state.entered;
    this.#lanes = state.lanes;
  }

  /** Takes note of a loop's index: addresses move on, bounds are tested. */
  #enter(axis: number, index: I32): void {
    const { f } = this;
    this.#entered |= 1 << axis;
    this.#indices[axis] = index;
    const step = (place: Place, position: Position) =>
      advance(f, place, position, axis, index, this.#lane);
    this.#loads.forEach((place, i) => {
      if (place) this.#loadPositions[i] = step(place, this.#loadPositions[i]!);
    });
    this.#stores.forEach(({ place }, i) => {
      this.#storePositions[i] = step(place, this.#storePositions[i]!);
    });
    if (axis !== this.#rank - 1) return;
    for (const [position, address] of this.#keptAddresses) {
      this.#keptAddresses.set(position, f.let(i32.add(address, i32.mul(index, 4))));
    }
  }

  /** Prints every instruction whose loops and reductions are all known by now. */
  #emitReady(depth: number): void {
    this.kernel.instructions.forEach((instruction, position) => {
      if (!this.analysis.used[position] || this.#values[position]) return;
      if (instruction.op === 'reduce' || this.#isElement(position)) return;
      if (this.analysis.depth[position]! > depth) return;
      if ((this.analysis.axes[position]! & ~this.#entered) !== 0) return;
      this.#emit(position);
    });
  }

  #emit(position: number): void {
    const varies = ((this.analysis.axes[position]! >> this.#lane) & 1) === 1;
    const copies = varies ? this.#lanes.length : 1;
    this.#values[position] = Array.from({ length: copies }, (_, copy) =>
      emitInstruction(this.f, this.library, this.kernel.instructions, position, {
        copy,
        lanes: varies ? this.#lanes[copy]! : 1,
        laneAxis: varies ? this.#lane : -1,
        indices: this.#indices,
        place: this.#loads[position],
        position: this.#loadPositions[position]!,
        value: (operand) => this.#value(operand, copy),
        gathered: this.#gatheredIndex(position, copy),
      }),
    );
    this.#applyGathers(position);
  }

  /** The clamped indices of a gather that differ from lane to lane. */
  #gatheredIndex(position: number, copy: number): Local<'v128'> | undefined {
    const gather = this.#loads[position]?.gather;
    if (!gather || !((this.analysis.axes[gather.index]! >> this.#lane) & 1)) return undefined;
    return clampIndex(this.f, this.#value(gather.index, copy), gather.size);
  }

  /** Moves loads that are gathered by this value, where it is the same for all lanes. */
  #applyGathers(index: number): void {
    if ((this.analysis.axes[index]! >> this.#lane) & 1) return;
    const { f } = this;
    this.#loads.forEach((place, i) => {
      if (place?.gather?.index !== index || place.gather.size === 0) return;
      const clamped = clampIndex(f, this.#value(index, 0), place.gather.size);
      const bytes = (place.gather.stride * elementBytes(place.dtype)) | 0;
      const distance = i32.mul(i32x4.extractLane(clamped, 0), bytes);
      const position = this.#loadPositions[i]!;
      this.#loadPositions[i] = {
        ...position,
        address: f.let(i32.add(position.address, distance)),
      };
    });
  }

  #store(perRow: boolean): void {
    const { f } = this;
    this.#stores.forEach((store, i) => {
      if (store.perRow !== perRow) return;
      const { place, value } = store;
      const { address } = this.#storePositions[i]!;
      const insideLanes = this.#lanes.length > 0;
      const lanes = insideLanes ? this.#lanes : [1];
      const stride = insideLanes ? place.strides[this.#lane]! : 0;
      lanes.forEach((count, copy) => {
        const bytes = 4 * copy * stride * elementBytes(place.dtype);
        const at = plus({ base: address, offset: 0 }, bytes);
        f.scope(() => storeVector(f, place.dtype, at, stride, this.#value(value, copy), count));
      });
    });
  }

  #keep(position: number): void {
    const address = this.#keptAddresses.get(position)!;
    this.#values[position]!.forEach((value, copy) => {
      this.f.emit(v128.store(address, value, 16 * copy));
    });
  }

  #reload(position: number): void {
    const address = this.#keptAddresses.get(position)!;
    this.#values[position] = this.#lanes.map((_, copy) =>
      this.f.let(v128.load(address, 16 * copy) as V128),
    );
  }

  #isKeptBefore(position: number, pass: number): boolean {
    const kept = this.schedule.kept.get(position);
    return kept !== undefined && kept.pass < pass;
  }

  #isElement(position: number): boolean {
    return this.kernel.reduces && ((this.analysis.axes[position]! >> (this.#rank - 1)) & 1) === 1;
  }

  #value(position: number, copy: number): Local<'v128'> {
    const copies = this.#values[position];
    if (!copies)
      throw new Error(`kernel ${this.kernel.name}: instruction ${position} read too early`);
    return copies.length === 1 ? copies[0]! : copies[copy]!;
  }
}

/** Bytes of one kept row: whole vectors. */
export function keptRowBytes(kernel: LoopKernel): number {
  return Math.ceil(kernel.axes.at(-1)! / 4) * 16;
}
