import type { CoarseKernel, CoarseOperand } from '@llm/tensor/backend';
import { type ComputeType, computeType, type KernelBuffer, sizeOf } from '@llm/tensor/backend';
import type { KernelPlan, KernelStep, Target } from '../kernel.ts';
import { printElementwise } from '../print/print-elementwise.ts';
import { elementsPerWord } from '../print/shader.ts';

/** Where a template writes an output: its buffer, or scratch of 32-bit elements that is packed afterwards. */
export interface WordOutput {
  /** The operation's buffers, and the scratch. */
  readonly buffers: readonly KernelBuffer[];
  /** Whose elements have 32 bits. */
  readonly buffer: number;
  readonly offset: number;
  readonly type: Exclude<ComputeType, 'bool'>;
  readonly scratchBytes: readonly number[];
  /** What is to run at the end. */
  readonly packing: readonly KernelStep[];
}

/**
 * WGSL has no stores of less than a word, so a template writes its output as 32-bit elements, and where they
 * are stored smaller, a loop packs them.
 */
export function wordOutput(
  kernel: CoarseKernel,
  output: CoarseOperand,
  target: Target,
): WordOutput {
  const { buffers, name } = kernel;
  const compute = computeType(output.dtype);
  const type = compute === 'bool' ? 'i32' : compute;
  if (elementsPerWord(output.dtype) === 1) {
    const { buffer, offset } = output;
    return { buffers, buffer, offset, type, scratchBytes: [], packing: [] };
  }
  const size = sizeOf(output.shape);
  const scratch = buffers.length;
  const withScratch = (access: KernelBuffer['access']): readonly KernelBuffer[] => [
    ...buffers,
    { dtype: type, size, access },
  ];
  const { steps } = whole(
    printElementwise(
      {
        kind: 'loop',
        name: `${name} (packing ${output.dtype})`,
        buffers: withScratch('read'),
        axes: [size],
        reduces: false,
        instructions: [{ op: 'load', access: { buffer: scratch, offset: 0, strides: [1] }, type }],
        stores: [{ value: 0, buffer: output.buffer, offset: output.offset, strides: [1] }],
      },
      target,
    ),
  );
  return {
    buffers: withScratch('write'),
    buffer: scratch,
    offset: 0,
    type,
    scratchBytes: [4 * size],
    packing: steps,
  };
}

/** A plan of a loop over contiguous elements, which never needs scratch of its own. */
export function whole(plan: KernelPlan): KernelPlan {
  if (plan.scratchBytes.length > 0) throw new Error('internal: a loop wants scratch of its own');
  return plan;
}
