import type { CoarseKernel, DType } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { elementBytes, loadSplat, storeVector, widen } from '../print/memory-access.ts';
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i32,
  i32x4,
  type Local,
  ModuleBuilder,
  type Target,
  v128,
} from '../wasm/index.ts';

/** Up to this length insertion is quicker than counting 256 digits four times. */
const INSERTION = 40;
/** Chunks at most, since each has scratch of its own. */
const CHUNKS = 64;

/**
 * Stable sort along the last axis, values and positions (i32): `sort` with `{ descending }`, or
 * `topk` with `{ k, largest }`, which writes the first k. Elements become unsigned keys in the wanted
 * order (NaN the largest, as in PyTorch), sorted by insertion or by four passes of eight bits.
 */
export function planSort(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const attributes = kernel.attributes as { descending?: boolean; k?: number; largest?: boolean };
  const descending = attributes.descending ?? attributes.largest ?? false;
  const input = kernel.inputs[0]!;
  const [values, positions] = kernel.outputs as [typeof input, typeof input];
  const length = input.shape.at(-1) ?? 1;
  const kept = attributes.k ?? length;
  const rows = input.shape.slice(0, -1).reduce((all, size) => all * size, 1);
  if (rows * length * kept === 0) return { steps: [], scratchBytes: [] };
  const rowsPerChunk = Math.max(Math.ceil(rows / CHUNKS), Math.floor((1 << 11) / length), 1);
  const chunks = Math.ceil(rows / rowsPerChunk);
  const bytes = elementBytes(input.dtype);
  const scratch = kernel.buffers.length;
  // Two arrays of pairs (key, position), and the digits' counts.
  const slot = 2 * 8 * length + 1024;

  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const source = f.let(i32.add(i32.load(args, 4 * input.buffer), input.offset * bytes));
    const valuesOut = f.let(i32.add(i32.load(args, 4 * values.buffer), values.offset * bytes));
    const positionsOut = f.let(i32.add(i32.load(args, 4 * positions.buffer), positions.offset * 4));
    const pairs = f.let(i32.add(i32.load(args, 4 * scratch), i32.mul(begin, slot)));
    const first = f.let(i32.mul(begin, rowsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, rowsPerChunk), rows));
    f.for(first, last, 1, (row) => {
      const from = f.let(i32.add(source, i32.mul(row, length * bytes)));
      f.for(0, length, 1, (i) => {
        const at = f.let(i32.add(from, i32.mul(i, bytes)));
        const pair = f.let(i32.add(pairs, i32.mul(i, 8)));
        f.emit(i32.store(pair, orderedKey(f, input.dtype, at, descending)));
        f.emit(i32.store(pair, i, 4));
      });
      if (length <= INSERTION) insertionSort(f, pairs, length);
      else radixSort(f, pairs, length);
      const toValues = f.let(i32.add(valuesOut, i32.mul(row, kept * bytes)));
      const toPositions = f.let(i32.add(positionsOut, i32.mul(row, kept * 4)));
      f.for(0, kept, 1, (i) => {
        const position = f.let(i32.load(i32.add(pairs, i32.mul(i, 8)), 4));
        f.emit(i32.store(i32.add(toPositions, i32.mul(i, 4)), position));
        const at = { base: f.let(i32.add(from, i32.mul(position, bytes))), offset: 0 };
        const value = f.let(widen(f, input.dtype, loadSplat(input.dtype, at)));
        const to = { base: f.let(i32.add(toValues, i32.mul(i, bytes))), offset: 0 };
        storeVector(f, values.dtype, to, 1, value, 1);
      });
    });
  });
  const args = [...kernel.buffers.keys(), scratch];
  const printed = { key, bytes: module.finish(), chunks };
  return { steps: [{ kernel: printed, args }], scratchBytes: [chunks * slot] };
}

/** An unsigned integer that orders as the element does; equal elements have equal keys. */
function orderedKey(f: FunctionBuilder, dtype: DType, at: I32, descending: boolean): I32 {
  const value = f.let(widen(f, dtype, loadSplat(dtype, { base: at, offset: 0 })));
  const key = f.local('i32');
  if (dtype === 'f32' || dtype === 'f16' || dtype === 'bf16') {
    // −0 + 0 is 0. Negative numbers order backwards: flip all their bits, else the sign alone.
    const number = f.let(f32x4.add(value, f32x4.splat(0)));
    const flip = v128.or(i32x4.shrS(number, 31), i32x4.splat(0x80000000 | 0));
    const ordered = v128.xor(number, flip);
    f.set(key, i32x4.extractLane(v128.or(ordered, f32x4.ne(number, number)), 0));
  } else {
    const isUnsigned = dtype === 'u32' || dtype === 'bool';
    f.set(key, i32.xor(i32x4.extractLane(value, 0), isUnsigned ? 0 : 0x80000000 | 0));
  }
  return descending ? i32.xor(key, -1) : key;
}

function insertionSort(f: FunctionBuilder, pairs: I32, length: number): void {
  const last = f.let(i32.add(pairs, 8 * (length - 1)));
  const current = f.let(pairs as Local<'i32'>);
  f.while(i32.ltU(current, last), () => {
    f.increment(current, 8);
    const key = f.let(i32.load(current));
    const position = f.let(i32.load(current, 4));
    const hole = f.let(current as I32);
    // Move larger keys up; equal ones stay before.
    f.block((done) => {
      f.loop((again) => {
        f.branchIf(done, i32.leU(hole, pairs));
        const before = f.let(i32.load(i32.sub(hole, 8)));
        f.branchIf(done, i32.leU(before, key));
        f.emit(i32.store(hole, before));
        f.emit(i32.store(hole, i32.load(i32.sub(hole, 4)), 4));
        f.increment(hole, -8);
        f.branch(again);
      });
    });
    f.emit(i32.store(hole, key));
    f.emit(i32.store(hole, position, 4));
  });
}

/** Four passes from the lowest eight bits upwards; after an even number the pairs are where they began. */
function radixSort(f: FunctionBuilder, pairs: I32, length: number): void {
  const other = f.let(i32.add(pairs, 8 * length));
  const counts = f.let(i32.add(pairs, 16 * length));
  for (let pass = 0; pass < 4; pass++) {
    const [from, to] = pass % 2 === 0 ? [pairs, other] : [other, pairs];
    const digit = (key: I32) => i32.and(i32.shrU(key, 8 * pass), 0xff);
    const countOf = (key: I32) => f.let(i32.add(counts, i32.mul(digit(key), 4)));
    f.for(0, 1024, 16, (at) => f.emit(v128.store(i32.add(counts, at), i32x4.splat(0))));
    f.for(0, length, 1, (i) => {
      const count = countOf(i32.load(i32.add(from, i32.mul(i, 8))));
      f.emit(i32.store(count, i32.add(i32.load(count), 1)));
    });
    const total = f.let(i32.const(0));
    f.for(0, 1024, 4, (at) => {
      const slot = f.let(i32.add(counts, at));
      const count = f.let(i32.load(slot));
      f.emit(i32.store(slot, total));
      f.set(total, i32.add(total, count));
    });
    f.for(0, length, 1, (i) => {
      const pair = f.let(i32.add(from, i32.mul(i, 8)));
      const key = f.let(i32.load(pair));
      const slot = countOf(key);
      const place = f.let(i32.load(slot));
      f.emit(i32.store(slot, i32.add(place, 1)));
      const destination = f.let(i32.add(to, i32.mul(place, 8)));
      f.emit(i32.store(destination, key));
      f.emit(i32.store(destination, i32.load(pair, 4), 4));
    });
  }
}
