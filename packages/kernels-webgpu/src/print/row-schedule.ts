import { type LoopKernel, type Store, sizeOf } from '@llm/tensor/backend';
import type { Analysis } from './analysis.ts';
import { variesAlong } from './analysis.ts';

/** How the rows of a reducing loop are shared out. Decided by the kernel alone, never by the device. */
export interface RowSchedule {
  /** Threads that walk a row together: a whole workgroup, or 1. */
  readonly threadsPerRow: number;
  readonly rows: number;
  readonly length: number;
  /** Parts that a row is cut into, in a first kernel; 1 where it is not. */
  readonly parts: number;
  /** Elements of a part; the last may be shorter. */
  readonly partLength: number;
}

/** Rows so short that one thread walks each. */
const shortRow = 16;
/** Threads that keep a device busy, and what one of them should have to do at least. */
const enoughThreads = 8192;
const enoughWork = 32;

/** Chooses how rows are walked. */
export function scheduleRows(kernel: LoopKernel, analysis: Analysis, lanes: number): RowSchedule {
  const length = kernel.axes.at(-1)!;
  const rows = sizeOf(kernel.axes.slice(0, -1));
  const columns = length <= shortRow || walksColumns(kernel, analysis);
  const threadsPerRow = columns ? 1 : length <= 64 * lanes ? 32 : length <= 2048 ? 64 : 256;
  const wanted = Math.min(
    Math.ceil(enoughThreads / (rows * threadsPerRow)),
    Math.floor(length / (threadsPerRow * enoughWork)),
  );
  if (wanted < 2 || !canSplit(kernel, analysis)) {
    return { threadsPerRow, rows, length, parts: 1, partLength: length };
  }
  const partLength = Math.ceil(length / wanted);
  return { threadsPerRow, rows, length, parts: Math.ceil(length / partLength), partLength };
}

/** Whether neighbouring rows lie next to each other, and a row's elements do not. */
function walksColumns({ axes, instructions }: LoopKernel, { used, isElement }: Analysis): boolean {
  const last = axes.length - 1;
  const loads = instructions.flatMap((instruction, position) =>
    instruction.op === 'load' &&
    used[position] &&
    isElement[position] &&
    variesAlong(instruction, last)
      ? [instruction.access.strides]
      : [],
  );
  const along = loads.some((strides) => Math.abs(strides[last]!) === 1);
  return !along && last > 0 && loads.some((strides) => Math.abs(strides[last - 1]!) === 1);
}

/** Whether parts of rows can be reduced apart: one pass, results per row, and no positions. */
function canSplit(kernel: LoopKernel, { used, isElement, depth }: Analysis): boolean {
  const reductions = kernel.instructions.every((instruction, position) => {
    if (instruction.op !== 'reduce' || !used[position]) return true;
    return (
      depth[position] === 1 &&
      instruction.type !== 'bool' &&
      !instruction.operator.startsWith('arg')
    );
  });
  return reductions && kernel.stores.every((store) => !isElementStore(store, isElement));
}

/** Whether a store happens for every element, not once per row. */
export function isElementStore({ value, strides }: Store, isElement: readonly boolean[]): boolean {
  return isElement[value]! || strides.at(-1) !== 0;
}
