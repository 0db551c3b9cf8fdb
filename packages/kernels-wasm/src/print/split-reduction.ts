import type { Instruction, KernelBuffer, LoopKernel } from '@llm/tensor/backend';
import type { Analysis } from './analysis.ts';
import type { PartialStore } from './loop-body.ts';
import { type Parts, prefersColumns } from './schedule.ts';

/** A reduction in two kernels: parts of each row first, then the parts' results. */
export interface SplitReduction {
  readonly partial: LoopKernel;
  readonly parts: Parts;
  readonly combining: LoopKernel;
  readonly scratchBytes: readonly number[];
}

/** Rows (or blocks of columns) beyond which a reduction occupies all threads as it is. */
const ENOUGH_ROWS = 32;
/** Elements beyond which a second kernel is worth its barrier. */
const ENOUGH_WORK = 1 << 16;

/**
 * Cuts a reduction with few long rows into parts, so that all threads work and sums stay accurate;
 * `undefined` where that does not apply. How it is cut depends on the shape alone.
 */
export function splitReduction(kernel: LoopKernel, analysis: Analysis): SplitReduction | undefined {
  if (!kernel.reduces || analysis.lastPass > 0) return undefined;
  const { axes, instructions, stores, buffers } = kernel;
  const last = axes.length - 1;
  const size = axes[last]!;
  const rows = axes.slice(0, last).reduce((all, axis) => all * axis, 1);
  if (rows * size < ENOUGH_WORK || size < 128) return undefined;
  const reductions = instructions.flatMap((instruction, position) =>
    instruction.op === 'reduce' && analysis.used[position] ? [position] : [],
  );
  const isElement = (position: number) => ((analysis.axes[position]! >> last) & 1) === 1;
  const supported = reductions.every((position) => {
    const { type } = instructions[position]!;
    const { operator } = instructions[position] as Instruction & { op: 'reduce' };
    return type !== 'bool' && !operator.startsWith('arg');
  });
  if (!supported || stores.some(({ value, strides }) => isElement(value) || strides[last] !== 0)) {
    return undefined;
  }
  // Rows that different chunks can take; a chunk of columns takes 32.
  const units = prefersColumns(kernel, analysis) ? Math.ceil(rows / 32) : rows;
  if (units >= ENOUGH_ROWS) return undefined;
  const wanted = Math.min(Math.ceil(64 / units), Math.floor(size / 64));
  const length = Math.ceil(size / wanted / 32) * 32;
  const parts = Math.ceil(size / length);
  if (parts < 2) return undefined;

  const firstScratch = buffers.length;
  const kept = axes.slice(0, last);
  const keptStrides = rowMajor(kept);
  const scratch = reductions.map(
    (position): KernelBuffer => ({
      dtype: instructions[position]!.type as 'f32' | 'i32' | 'u32',
      size: rows * parts,
      access: 'write',
    }),
  );
  const partial: LoopKernel = {
    ...kernel,
    name: `${kernel.name} (parts)`,
    buffers: [...buffers, ...scratch],
    stores: reductions.map(
      (value, index): PartialStore => ({
        value,
        buffer: firstScratch + index,
        offset: 0,
        strides: [...keptStrides, 0],
        partStride: rows,
      }),
    ),
  };
  const combining: LoopKernel = {
    ...kernel,
    buffers: [...buffers, ...scratch.map((buffer) => ({ ...buffer, access: 'read' as const }))],
    axes: [...kept, parts],
    instructions: combiningInstructions(kernel, reductions, isElement, {
      firstScratch,
      strides: [...keptStrides, rows],
    }),
    stores: stores.map((store) => ({ ...store, value: store.value + reductions.length })),
  };
  return {
    partial,
    parts: { parts, length },
    combining,
    scratchBytes: scratch.map((buffer) => 4 * buffer.size),
  };
}

/** The row-level instructions, with the reductions now over the parts' results, loaded in front. */
function combiningInstructions(
  kernel: LoopKernel,
  reductions: readonly number[],
  isElement: (position: number) => boolean,
  scratch: { firstScratch: number; strides: readonly number[] },
): Instruction[] {
  const loads = reductions.map(
    (position, index): Instruction => ({
      op: 'load',
      access: { buffer: scratch.firstScratch + index, offset: 0, strides: scratch.strides },
      type: kernel.instructions[position]!.type,
    }),
  );
  const shift = reductions.length;
  const rest = kernel.instructions.map((instruction, position): Instruction => {
    const which = reductions.indexOf(position);
    if (which >= 0) return { ...(instruction as Instruction & { op: 'reduce' }), operand: which };
    // Element-level instructions are no longer needed; a constant keeps the positions.
    if (isElement(position) || instruction.op === 'reduce') {
      return { op: 'constant', value: 0, type: instruction.type };
    }
    return shiftOperands(instruction, shift);
  });
  return [...loads, ...rest];
}

function shiftOperands(instruction: Instruction, shift: number): Instruction {
  switch (instruction.op) {
    case 'load': {
      const { gather } = instruction.access;
      if (!gather) return instruction;
      const moved = { ...gather, index: gather.index + shift };
      return { ...instruction, access: { ...instruction.access, gather: moved } };
    }
    case 'unary':
    case 'cast':
    case 'bitcast':
      return { ...instruction, operand: instruction.operand + shift };
    case 'binary':
      return { ...instruction, left: instruction.left + shift, right: instruction.right + shift };
    case 'where':
      return {
        ...instruction,
        condition: instruction.condition + shift,
        yes: instruction.yes + shift,
        no: instruction.no + shift,
      };
    case 'threefry':
      return {
        ...instruction,
        seed: instruction.seed + shift,
        position: instruction.position + shift,
        index: instruction.index + shift,
      };
    default:
      return instruction;
  }
}

function rowMajor(sizes: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= sizes[axis]!;
  }
  return strides;
}
