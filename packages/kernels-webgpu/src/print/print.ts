import { type Kernel, type MatmulKernel, sizeOf } from '@llm/tensor/backend';
import type { KernelPlan, Target } from '../kernel.ts';
import { planCoarse, planMatmulTemplate } from '../kernels/coarse.ts';
import { printElementwise } from './print-elementwise.ts';
import { printMatmul } from './print-matmul.ts';
import { printRows } from './print-rows.ts';

/**
 * Turns a kernel of the IR into WGSL. The plan's buffers are the kernel's, in order; scratch follows.
 *
 * @throws Error for a coarse operation that has no template
 */
export function printKernel(kernel: Kernel, target: Target): KernelPlan {
  switch (kernel.kind) {
    case 'loop':
      return kernel.reduces ? printRows(kernel, target) : printElementwise(kernel, target);
    case 'matmul':
      if (isSmall(kernel)) return printMatmul(kernel, target);
      return planMatmulTemplate(kernel, target) ?? printMatmul(kernel, target);
    case 'coarse':
      return planCoarse(kernel, target);
  }
}

/** Multiplications below which a template is not worth its compilation: a thread per output does. */
const fewMultiplications = 1 << 15;

function isSmall({ batch, rows, columns, inner }: MatmulKernel): boolean {
  return sizeOf([...batch, rows, columns, inner]) < fewMultiplications;
}
