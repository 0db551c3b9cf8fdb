import type { CoarseKernel, CoarseOperand } from '@llm/tensor/backend';
import type { Kernel, KernelPlan } from '../kernel.ts';
import {
  elementBytes,
  loadRaw,
  loadSplat,
  plus,
  storeVector,
  widen,
} from '../print/memory-access.ts';
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i32,
  i32x4,
  type Local,
  ModuleBuilder,
  type Target,
} from '../wasm/index.ts';

/**
 * `out[r] = Σ updates[i] over indices[i] = r`, in the order of i and without atomics: indices are
 * sorted by counting (one chunk), then each output row is summed by whoever owns it.
 */
export function planScatterAdd(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const [indices, updates] = kernel.inputs as [CoarseOperand, CoarseOperand];
  const out = kernel.outputs[0]!;
  const count = indices.shape[0]!;
  const size = out.shape[0]!;
  const width = out.shape.slice(1).reduce((all, axis) => all * axis, 1);
  if (size * width === 0) return { steps: [], scratchBytes: [] };
  const named = kernel.buffers.map((_, index) => index);
  const [starts, order] = [named.length, named.length + 1];
  const args = [...named, starts, order];
  const scratch = { starts, order };
  return {
    steps: [
      { kernel: sortStep(`${key} order`, indices, { count, size }, scratch, target), args },
      { kernel: sumStep(`${key} sum`, updates, out, { size, width }, scratch, target), args },
    ],
    // Where each row's updates end (after sorting), and the updates' numbers row by row.
    scratchBytes: [4 * (size + 1), 4 * Math.max(1, count)],
  };
}

interface Scratch {
  readonly starts: number;
  readonly order: number;
}

/** Counting sort: afterwards row r owns `order[starts[r] … starts[r + 1])`. */
function sortStep(
  key: string,
  indices: CoarseOperand,
  { count, size }: { count: number; size: number },
  scratch: Scratch,
  target: Target,
): Kernel {
  const module = new ModuleBuilder(target);
  const bytes = elementBytes(indices.dtype);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args }) => {
    const source = f.let(i32.add(i32.load(args, 4 * indices.buffer), indices.offset * bytes));
    const starts = f.let(i32.load(args, 4 * scratch.starts));
    const order = f.let(i32.load(args, 4 * scratch.order));
    /** Address of starts[row of update i]; the row is clamped to [0, size). */
    const slot = (update: I32) => {
      const at = { base: f.let(i32.add(source, i32.mul(update, bytes))), offset: 0 };
      const loaded = f.let(i32x4.extractLane(loadSplat(indices.dtype, at), 0));
      const isNegative = indices.dtype === 'u32' ? i32.const(0) : i32.ltS(loaded, 0);
      const low = f.let(i32.select(isNegative, 0, loaded));
      return f.let(i32.add(starts, i32.mul(i32.minU(low, size - 1), 4)));
    };
    f.for(0, size + 1, 1, (row) => f.emit(i32.store(i32.add(starts, i32.mul(row, 4)), 0)));
    f.for(0, count, 1, (update) => {
      const at = slot(update);
      f.emit(i32.store(at, i32.add(i32.load(at, 4), 1), 4));
    });
    // starts[r + 1] counts row r; running sums make it the end of row r, that is the start of r + 1.
    f.for(1, size + 1, 1, (row) => {
      const at = f.let(i32.add(starts, i32.mul(row, 4)));
      f.emit(i32.store(at, i32.add(i32.load(at), i32.load(i32.sub(at, 4)))));
    });
    // Filling from the back leaves each row's slot at its start, and updates in order.
    f.for(0, count, 1, (turn) => {
      const update = f.let(i32.sub(i32.const(count - 1), turn));
      const end = f.let(i32.add(slot(update), 4));
      const position = f.let(i32.sub(i32.load(end), 1));
      f.emit(i32.store(end, position));
      f.emit(i32.store(i32.add(order, i32.mul(position, 4)), update));
    });
  });
  return { key, bytes: module.finish(), chunks: 1 };
}

/** Sums each row's updates, some columns at a time. */
function sumStep(
  key: string,
  updates: CoarseOperand,
  out: CoarseOperand,
  { size, width }: { size: number; width: number },
  scratch: Scratch,
  target: Target,
): Kernel {
  const rowsPerChunk = Math.max(1, Math.ceil((1 << 14) / width));
  const module = new ModuleBuilder(target);
  const bytes = elementBytes(updates.dtype);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const source = f.let(i32.add(i32.load(args, 4 * updates.buffer), updates.offset * bytes));
    const target = f.let(i32.add(i32.load(args, 4 * out.buffer), out.offset * bytes));
    const starts = f.let(i32.load(args, 4 * scratch.starts));
    const order = f.let(i32.load(args, 4 * scratch.order));
    const first = f.let(i32.mul(begin, rowsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, rowsPerChunk), size));
    f.for(first, last, 1, (row) => {
      // After the sort, the slot of row r + 1 holds the start of row r.
      const bounds = f.let(i32.add(starts, i32.mul(row, 4)));
      const from = f.let(i32.add(order, i32.mul(i32.load(bounds, 4), 4)));
      const isLast = i32.eq(row, size - 1);
      const to = f.local('i32');
      f.set(to, 0);
      f.if(
        isLast,
        () => f.set(to, i32.add(order, 4 * updates.shape[0]!)),
        () => f.set(to, i32.add(order, i32.mul(i32.load(bounds, 8), 4))),
      );
      const rowStart = f.let(i32.add(target, i32.mul(row, width * bytes)));
      const block = (column: I32, lanes: readonly number[]) =>
        sumColumns(f, updates.dtype, { source, from, to, width }, rowStart, column, lanes);
      const whole = width - (width % 16);
      f.for(0, whole, 16, (column) => block(column, [4, 4, 4, 4]));
      const rest = Array.from({ length: Math.ceil((width % 16) / 4) }, (_, i) =>
        Math.min(4, (width % 16) - 4 * i),
      );
      if (rest.length > 0) f.scope(() => block(i32.const(whole), rest));
    });
  });
  return { key, bytes: module.finish(), chunks: Math.ceil(size / rowsPerChunk) };
}

function sumColumns(
  f: FunctionBuilder,
  dtype: CoarseOperand['dtype'],
  updates: { source: I32; from: Local<'i32'>; to: Local<'i32'>; width: number },
  rowStart: I32,
  column: I32,
  lanes: readonly number[],
): void {
  const bytes = elementBytes(dtype);
  const isFloat = dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
  const sums = lanes.map(() => f.let(i32x4.splat(0)));
  const columnStart = f.let(i32.add(updates.source, i32.mul(column, bytes)));
  f.for(updates.from, updates.to, 4, (at) => {
    const base = f.let(i32.add(columnStart, i32.mul(i32.load(at), updates.width * bytes)));
    lanes.forEach((count, i) => {
      const raw = loadRaw(f, dtype, plus({ base, offset: 0 }, 4 * i * bytes), count);
      const value = widen(f, dtype, raw);
      f.set(sums[i]!, isFloat ? f32x4.add(sums[i]!, value) : i32x4.add(sums[i]!, value));
    });
  });
  const base = f.let(i32.add(rowStart, i32.mul(column, bytes)));
  lanes.forEach((count, i) => {
    storeVector(f, dtype, plus({ base, offset: 0 }, 4 * i * bytes), 1, sums[i]!, count);
  });
}
