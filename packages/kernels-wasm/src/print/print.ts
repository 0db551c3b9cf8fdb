import type { Kernel } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { planCoarse } from '../kernels/coarse.ts';
import type { Target } from '../wasm/index.ts';
import { printLoop } from './print-loop.ts';
import { printMatmul } from './print-matmul.ts';

/**
 * Turns a kernel of the IR into WebAssembly. The plan's buffers are the kernel's, in order; scratch
 * follows.
 *
 * @param key - a name that no other kernel of the backend has, unless it is the same code
 * @throws Error for a coarse operation that has no template
 */
export function printKernel(kernel: Kernel, target: Target, key: string): KernelPlan {
  switch (kernel.kind) {
    case 'loop':
      return printLoop(kernel, target, key);
    case 'matmul':
      return printMatmul(kernel, target, key);
    case 'coarse':
      return planCoarse(kernel, target, key);
    case 'joint':
      throw new Error('internal: wasm has no `joins`, and so no joint kernels');
  }
}
