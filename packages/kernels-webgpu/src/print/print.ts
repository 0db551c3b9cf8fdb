import {
  buffersOf,
  type Kernel,
  type LoopKernel,
  type MatmulKernel,
  sizeOf,
} from '@llm/tensor/backend';
import type { KernelPlan, Target } from '../kernel.ts';
import { planCoarse, planMatmulTemplate } from '../kernels/coarse.ts';
import { fitBindings, sequence } from './fit-bindings.ts';
import { printJoint } from './joint.ts';
import { printElementwise } from './print-elementwise.ts';
import { printMatmul, separateEpilogue, separateSecond } from './print-matmul.ts';
import { printRows } from './print-rows.ts';

/**
 * Turns a kernel of the IR into WGSL. The plan's buffers are the kernel's, in order; scratch follows.
 *
 * @throws Error for a coarse operation that has no template
 */
export function printKernel(kernel: Kernel, target: Target): KernelPlan {
  switch (kernel.kind) {
    case 'loop':
      return printLoops(kernel, target);
    case 'matmul':
      return kernel.buffers.length <= mostBindings(target)
        ? printProduct(kernel, target)
        : printApart(kernel, target);
    case 'coarse':
      return planCoarse(kernel, target);
    case 'joint':
      return printJoint(kernel, (part) => printKernel(part, target), target);
  }
}

/** A loop, taken apart where it has more buffers than a shader may bind. */
function printLoops(kernel: LoopKernel, target: Target): KernelPlan {
  const print = (loop: LoopKernel) =>
    loop.reduces ? printRows(loop, target) : printElementwise(loop, target);
  if (kernel.buffers.length <= mostBindings(target)) return print(kernel);
  const { loops, scratchBytes } = fitBindings(kernel, mostBindings(target));
  return sequence(loops.map(print), kernel.buffers.length + scratchBytes.length, scratchBytes);
}

function printProduct(kernel: MatmulKernel, target: Target): KernelPlan {
  if (isSmall(kernel) && !kernel.right.quantized) return printMatmul(kernel, target);
  return planMatmulTemplate(kernel, target) ?? printMatmul(kernel, target);
}

/** A product whose epilogue has too many buffers: that runs as loops of its own. So may a second product. */
function printApart(kernel: MatmulKernel, target: Target): KernelPlan {
  const { right, second } = kernel;
  // One more for the left operand, and two for the sums.
  if (second && buffersOf(right).length + buffersOf(second).length + 3 > mostBindings(target)) {
    const two = separateSecond(kernel);
    const plans = [printProduct(two.second, target), printApart(two.first, target)];
    return sequence(plans, two.first.buffers.length, two.scratchBytes);
  }
  const { product, epilogue, scratchBytes } = separateEpilogue(kernel);
  const plans = [printProduct(product, target), printLoops(epilogue, target)];
  return sequence(plans, product.buffers.length, scratchBytes);
}

/** Storage buffers that a shader may bind. */
function mostBindings({ limits }: Target): number {
  return limits.maxStorageBuffersPerShaderStage ?? 8;
}

/** Multiplications below which a template is not worth its compilation: a thread per output does. */
const fewMultiplications = 1 << 15;

function isSmall({ batch, rows, columns, inner }: MatmulKernel): boolean {
  return sizeOf([...batch, rows, columns, inner]) < fewMultiplications;
}
