import type { CoarseKernel, CoarseOperand, LoopKernel } from '@llm/tensor/backend';
import { computeType, contiguousStrides } from '@llm/tensor/backend';
import { type KernelPlan, nothing, type Target } from '../kernel.ts';
import { printElementwise } from '../print/print-elementwise.ts';
import { whole } from './pack.ts';
import { orderedKey } from './sort/pairs.ts';
import { sortRounds } from './sort/rounds.ts';
import { product } from './wgsl.ts';

/**
 * Stable sort along the last axis, values and positions (i32): `sort` with `{ descending }`, or `topk` with
 * `{ k, largest }`, which writes the first k. Positions are sorted by their elements' keys; the values are
 * then gathered by position.
 */
export function planSort(kernel: CoarseKernel, target: Target): KernelPlan {
  const attributes = kernel.attributes as { descending?: boolean; k?: number; largest?: boolean };
  const descending = attributes.descending ?? attributes.largest ?? false;
  const input = kernel.inputs[0]!;
  const positions = kernel.outputs[1]!;
  const length = input.shape.at(-1) ?? 1;
  const kept = attributes.k ?? length;
  const rows = product(input.shape.slice(0, -1));
  if (rows * length * kept === 0) return nothing;
  const key = orderedKey(descending);
  const { steps, scratchBytes } = sortRounds({
    ...{ kernel, input, key, rows, length, kept, positions, target },
  });
  const gather = whole(printElementwise(gatherLoop(kernel, rows, length, kept), target));
  return { steps: [...steps, ...gather.steps], scratchBytes };
}

function gatherLoop(kernel: CoarseKernel, rows: number, length: number, kept: number): LoopKernel {
  const input = kernel.inputs[0]!;
  const [values, positions] = kernel.outputs as [CoarseOperand, CoarseOperand];
  const axes = [rows, kept];
  const strides = contiguousStrides(axes);
  return {
    kind: 'loop',
    name: `${kernel.name} (values)`,
    buffers: kernel.buffers.map((buffer, i) =>
      i === positions.buffer ? { ...buffer, access: 'read' } : buffer,
    ),
    axes,
    reduces: false,
    instructions: [
      {
        op: 'load',
        access: { buffer: positions.buffer, offset: positions.offset, strides },
        type: 'i32',
      },
      {
        op: 'load',
        access: {
          buffer: input.buffer,
          offset: input.offset,
          strides: [length, 0],
          gather: { index: 0, size: length, stride: 1 },
        },
        type: computeType(input.dtype),
      },
    ],
    stores: [{ value: 1, buffer: values.buffer, offset: values.offset, strides }],
  };
}
