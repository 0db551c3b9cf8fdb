import {
  contiguousStrides,
  type Instruction,
  type KernelBuffer,
  type LoopKernel,
  operandsOf,
  type Store,
} from '@llm/tensor/backend';
import { withOperands } from './analysis.ts';

/** A reduction in two kernels: parts of each row first, then the parts' results. */
export interface SplitReduction {
  /** The kernel that reduces parts: its stores write scratch, one element per part and row. */
  readonly partial: LoopKernel;
  /** The kernel's own stores, from scratch. */
  readonly combining: LoopKernel;
  readonly scratchBytes: readonly number[];
}

/**
 * Cuts the rows of a reducing loop into parts, so that few long rows occupy the device and sums stay
 * accurate. Scratch is [parts, rows]: in `partial`'s stores the last stride is that of the parts.
 */
export function splitReduction(kernel: LoopKernel, rows: number, parts: number): SplitReduction {
  const { instructions, stores, buffers, axes } = kernel;
  const kept = axes.slice(0, -1);
  const keptStrides = contiguousStrides(kept);
  const scratch: KernelBuffer[] = [];
  const partials: Store[] = [];
  const rebuilt: Instruction[] = [];
  const places = new Map<number, number>();
  const push = (instruction: Instruction) => rebuilt.push(instruction) - 1;

  /** The instruction's place in the combining kernel, where reductions are over the parts' results. */
  const place = (position: number): number => {
    const known = places.get(position);
    if (known !== undefined) return known;
    const instruction = instructions[position]!;
    let at: number;
    if (instruction.op === 'reduce') {
      const dtype = instruction.type as Exclude<Instruction['type'], 'bool'>;
      const buffer =
        buffers.length + scratch.push({ dtype, size: rows * parts, access: 'write' }) - 1;
      const strides = [...keptStrides, rows];
      partials.push({ value: position, buffer, offset: 0, strides });
      const load = push({ op: 'load', access: { buffer, offset: 0, strides }, type: dtype });
      at = push({ ...instruction, operand: load });
    } else {
      const moved = new Map(operandsOf(instruction).map((operand) => [operand, place(operand)]));
      at = push(withOperands(instruction, (operand) => moved.get(operand)!));
    }
    places.set(position, at);
    return at;
  };

  const combined = stores.map((store) => ({ ...store, value: place(store.value) }));
  return {
    partial: {
      ...kernel,
      name: `${kernel.name} (parts)`,
      buffers: [...buffers, ...scratch],
      stores: partials,
    },
    combining: {
      ...kernel,
      name: `${kernel.name} (combining)`,
      buffers: [...buffers, ...scratch.map((buffer) => ({ ...buffer, access: 'read' as const }))],
      axes: [...kept, parts],
      instructions: rebuilt,
      stores: combined,
    },
    scratchBytes: scratch.map(({ size }) => 4 * size),
  };
}
