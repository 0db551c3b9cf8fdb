import type { LoopKernel, Store } from '@llm/tensor/backend';
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
import { advance, clampIndex, type Place, type Position } from './place.ts';
import { passNeeds, type Schedule } from './schedule.ts';

/** A store into a row of partial results: `partStride` elements per part of the reduced axis. */
export type PartialStore = Store & { readonly partStride?: number };

/** The part of an axis that an item covers. */
export interface Range {
  readonly start: I32;
  readonly stop: I32;
}

/**
 * The code at the present place of the loops: which indices are known, where every access stands,
 * and which instructions have been printed.
 */
export class LoopBody {
  readonly #loads: (Place | undefined)[];
  readonly stores: { readonly place: Place; readonly value: number; readonly perRow: boolean }[];
  readonly needs: Set<number>[];
  readonly rank: number;
  readonly lane: number;
  /** Values of instructions printed so far in the enclosing loops, one vector per copy. */
  values: (Local<'v128'>[] | undefined)[] = [];
  #loadPositions: Position[] = [];
  #storePositions: Position[] = [];
  #keptAddresses = new Map<number, I32>();
  #indices: (I32 | undefined)[] = [];
  ranges: (Range | undefined)[] = [];
  /** Bit set: axes whose loops enclose the present place. */
  #entered = 0;
  /** Real lanes of each copy. */
  lanes: readonly number[] = [];

  constructor(
    readonly f: FunctionBuilder,
    readonly library: Library,
    readonly kernel: LoopKernel,
    readonly analysis: Analysis,
    readonly schedule: Schedule,
  ) {
    this.rank = kernel.axes.length;
    this.lane = schedule.laneAxis;
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
    this.stores = kernel.stores.map((store: PartialStore) => ({
      value: store.value,
      perRow: kernel.reduces && store.strides.at(-1) === 0 && !this.isElement(store.value),
      place: {
        ...store,
        bounds: [],
        dtype: buffers[store.buffer]!.dtype,
        partStride: store.partStride ?? 0,
      },
    }));
    this.needs = kernel.reduces
      ? passNeeds(kernel, analysis, (p) => this.isElement(p), schedule.kept)
      : [];
  }

  /** Prints what precedes all loops: addresses, and values that never change. */
  open(args: I32, begin: I32): void {
    const { f } = this;
    const bases = new Map<number, Local<'i32'>>();
    const base = (buffer: number) => {
      const known = bases.get(buffer) ?? f.let(i32.load(args, 4 * buffer));
      bases.set(buffer, known);
      return known;
    };
    const origin = (place: Place): Position => ({
      address: f.let(i32.add(base(place.buffer), (place.offset * elementBytes(place.dtype)) | 0)),
    });
    this.#loadPositions = this.#loads.map((place) =>
      place ? origin(place) : { address: i32.const(0) },
    );
    this.#storePositions = this.stores.map(({ place }) => origin(place));
    this.#placeKeptRows(base, begin);
    this.emitReady(0);
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

  selectPart(part: I32): void {
    this.stores.forEach(({ place }, i) => {
      if (place.partStride === 0) return;
      const bytes = i32.mul(part, place.partStride * elementBytes(place.dtype));
      const address = this.f.let(i32.add(this.#storePositions[i]!.address, bytes));
      this.#storePositions[i] = { address };
    });
  }

  /** Runs `body` inside a loop: what it prints is forgotten afterwards. */
  inside(body: () => void): void {
    const state = {
      values: this.values,
      loads: this.#loadPositions,
      stores: this.#storePositions,
      kept: this.#keptAddresses,
      indices: this.#indices,
      ranges: this.ranges,
      entered: this.#entered,
      lanes: this.lanes,
    };
    this.values = state.values.slice();
    this.#loadPositions = state.loads.slice();
    this.#storePositions = state.stores.slice();
    this.#keptAddresses = new Map(state.kept);
    this.#indices = state.indices.slice();
    this.ranges = state.ranges.slice();
    body();
    this.values = state.values;
    this.#loadPositions = state.loads;
    this.#storePositions = state.stores;
    this.#keptAddresses = state.kept;
    this.#indices = state.indices;
    this.ranges = state.ranges;
    this.#entered = state.entered;
    this.lanes = state.lanes;
  }

  /** Takes note of a loop's index: addresses move on, bounds are tested. */
  enter(axis: number, index: I32): void {
    const { f } = this;
    this.#entered |= 1 << axis;
    this.#indices[axis] = index;
    const step = (place: Place, position: Position) =>
      advance(f, place, position, axis, index, this.lane);
    this.#loads.forEach((place, i) => {
      if (place) this.#loadPositions[i] = step(place, this.#loadPositions[i]!);
    });
    this.stores.forEach(({ place }, i) => {
      this.#storePositions[i] = step(place, this.#storePositions[i]!);
    });
    if (axis !== this.rank - 1) return;
    for (const [position, address] of this.#keptAddresses) {
      this.#keptAddresses.set(position, f.let(i32.add(address, i32.mul(index, 4))));
    }
  }

  /** Prints every instruction whose loops and reductions are all known by now. */
  emitReady(depth: number): void {
    this.kernel.instructions.forEach((instruction, position) => {
      if (!this.analysis.used[position] || this.values[position]) return;
      if (instruction.op === 'reduce' || this.isElement(position)) return;
      if (this.analysis.depth[position]! > depth) return;
      if ((this.analysis.axes[position]! & ~this.#entered) !== 0) return;
      this.emit(position);
    });
  }

  emit(position: number): void {
    const varies = ((this.analysis.axes[position]! >> this.lane) & 1) === 1;
    const copies = varies ? this.lanes.length : 1;
    this.values[position] = Array.from({ length: copies }, (_, copy) =>
      emitInstruction(this.f, this.library, this.kernel.instructions, position, {
        copy,
        lanes: varies ? this.lanes[copy]! : 1,
        laneAxis: varies ? this.lane : -1,
        indices: this.#indices,
        place: this.#loads[position],
        position: this.#loadPositions[position]!,
        value: (operand) => this.value(operand, copy),
        gathered: this.#gatheredIndex(position, copy),
      }),
    );
    this.#applyGathers(position);
  }

  /** Takes note of a reduction's result, which loads of the rest of the row may be gathered by. */
  setReduced(position: number, values: Local<'v128'>[]): void {
    this.values[position] = values;
    this.#applyGathers(position);
  }

  /** The clamped indices of a gather that differ from lane to lane. */
  #gatheredIndex(position: number, copy: number): Local<'v128'> | undefined {
    const gather = this.#loads[position]?.gather;
    if (!gather || !((this.analysis.axes[gather.index]! >> this.lane) & 1)) return undefined;
    return clampIndex(this.f, this.value(gather.index, copy), gather.size);
  }

  /** Moves loads that are gathered by this value, where it is the same for all lanes. */
  #applyGathers(index: number): void {
    if ((this.analysis.axes[index]! >> this.lane) & 1) return;
    const { f } = this;
    this.#loads.forEach((place, i) => {
      if (place?.gather?.index !== index || place.gather.size === 0) return;
      const clamped = clampIndex(f, this.value(index, 0), place.gather.size);
      const bytes = (place.gather.stride * elementBytes(place.dtype)) | 0;
      const distance = i32.mul(i32x4.extractLane(clamped, 0), bytes);
      const position = this.#loadPositions[i]!;
      this.#loadPositions[i] = {
        ...position,
        address: f.let(i32.add(position.address, distance)),
      };
    });
  }

  store(perRow: boolean): void {
    const { f } = this;
    this.stores.forEach((store, i) => {
      if (store.perRow !== perRow) return;
      const { place, value } = store;
      const { address } = this.#storePositions[i]!;
      const insideLanes = this.lanes.length > 0;
      const lanes = insideLanes ? this.lanes : [1];
      const stride = insideLanes ? place.strides[this.lane]! : 0;
      lanes.forEach((count, copy) => {
        const bytes = 4 * copy * stride * elementBytes(place.dtype);
        const at = plus({ base: address, offset: 0 }, bytes);
        f.scope(() => storeVector(f, place.dtype, at, stride, this.value(value, copy), count));
      });
    });
  }

  keep(position: number): void {
    const address = this.#keptAddresses.get(position)!;
    this.values[position]!.forEach((value, copy) => {
      this.f.emit(v128.store(address, value, 16 * copy));
    });
  }

  reload(position: number): void {
    const address = this.#keptAddresses.get(position)!;
    this.values[position] = this.lanes.map((_, copy) =>
      this.f.let(v128.load(address, 16 * copy) as V128),
    );
  }

  isKeptBefore(position: number, pass: number): boolean {
    const kept = this.schedule.kept.get(position);
    return kept !== undefined && kept.pass < pass;
  }

  isElement(position: number): boolean {
    return this.kernel.reduces && ((this.analysis.axes[position]! >> (this.rank - 1)) & 1) === 1;
  }

  value(position: number, copy: number): Local<'v128'> {
    const copies = this.values[position];
    if (!copies)
      throw new Error(`kernel ${this.kernel.name}: instruction ${position} read too early`);
    return copies.length === 1 ? copies[0]! : copies[copy]!;
  }
}

/** Bytes of one kept row: whole vectors. */
export function keptRowBytes(kernel: LoopKernel): number {
  return Math.ceil(kernel.axes.at(-1)! / 4) * 16;
}
