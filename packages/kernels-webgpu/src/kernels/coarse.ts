import {
  type CoarseKernel,
  isAttentionRows,
  type MatmulKernel,
  type Spec,
  wgslOperation,
} from '@llm/tensor/backend';
import type { KernelPlan, Target } from '../kernel.ts';
import { fitsAttention, isDecoding, isWorthwhile } from './attention/fits.ts';
import { planAttention } from './attention.ts';
import { planAttentionBackward } from './attention-backward.ts';
import { planAttentionDecode } from './attention-decode.ts';
import { planCumsum } from './cumsum.ts';
import { fitsMatmul, planMatmul } from './matmul.ts';
import { planScatterAdd } from './scatter-add.ts';
import { planSort } from './sort.ts';
import { planUpdateSlice, supportsUpdateSlice } from './update-slice.ts';
import { planUserKernel, supportsUserKernel } from './user-kernel.ts';

/** A template for one coarse operation. */
export interface CoarseTemplate {
  /** Whether it takes these inputs on this device. */
  supports(attributes: unknown, inputs: readonly Spec[], target: Target): boolean;
  /** Whether it reads this input through strides; see `Backend.takesStrided`. Absent: it reads none so. */
  takesStrided?(attributes: unknown, input: number): boolean;
  /** Whether its output may lie where it reads a buffer; see `Backend.overwrites`. Absent: it may not. */
  overwrites?(kernel: CoarseKernel, read: number): boolean;
  /** The kernels. Buffers are the coarse kernel's, in order; scratch follows. */
  plan(kernel: CoarseKernel, target: Target): KernelPlan;
}

const always = () => true;

/** Every coarse operation with a template, by name. */
const templates: Readonly<Record<string, CoarseTemplate>> = {
  attention: {
    supports: (attributes, inputs) =>
      (isWorthwhile(inputs) || isDecoding(inputs)) && fitsAttention(attributes, inputs, 'forward'),
    takesStrided: isAttentionRows,
    plan: (kernel, target) =>
      (isDecoding(kernel.inputs) ? planAttentionDecode : planAttention)(kernel, target),
  },
  attentionBackward: {
    supports: (attributes, inputs) =>
      isWorthwhile(inputs) && fitsAttention(attributes, inputs, 'backward'),
    takesStrided: isAttentionRows,
    plan: planAttentionBackward,
  },
  cumsum: { supports: always, plan: planCumsum },
  scatterAdd: { supports: always, plan: planScatterAdd },
  sort: { supports: always, plan: planSort },
  topk: { supports: always, plan: planSort },
  updateSlice: {
    supports: supportsUpdateSlice,
    takesStrided: (_, input) => input === 1,
    overwrites: ({ inputs: [x, ...rest] }, read) =>
      x!.buffer === read && rest.every(({ buffer }) => buffer !== read),
    plan: planUpdateSlice,
  },
  [wgslOperation]: { supports: supportsUserKernel, plan: planUserKernel },
};

/** Whether a template exists for an operation on these inputs. */
export function supportsCoarse(
  operation: string,
  attributes: unknown,
  inputs: readonly Spec[],
  target: Target,
): boolean {
  if (!Object.hasOwn(templates, operation)) return false;
  return templates[operation]!.supports(attributes, inputs, target);
}

/** Whether an operation's template reads this input through strides. */
export function coarseTakesStrided(operation: string, attributes: unknown, input: number): boolean {
  const template = Object.hasOwn(templates, operation) ? templates[operation] : undefined;
  return template?.takesStrided?.(attributes, input) ?? false;
}

/** Whether a coarse kernel's output may lie where it reads a buffer. */
export function coarseOverwrites(kernel: CoarseKernel, read: number): boolean {
  return templates[kernel.operation]?.overwrites?.(kernel, read) ?? false;
}

/** The kernels of a coarse operation. @throws Error where there is no template */
export function planCoarse(kernel: CoarseKernel, target: Target): KernelPlan {
  const template = Object.hasOwn(templates, kernel.operation)
    ? templates[kernel.operation]
    : undefined;
  if (!template) {
    const known = Object.keys(templates).join(', ');
    throw new Error(`webgpu: no kernel for '${kernel.operation}'; there are ${known}`);
  }
  return template.plan(kernel, target);
}

/**
 * The kernels of a matrix product where a template fits; else `undefined`, and the printer's own product runs.
 * Buffers are the kernel's, in order; scratch follows.
 */
export function planMatmulTemplate(kernel: MatmulKernel, target: Target): KernelPlan | undefined {
  return fitsMatmul(kernel) ? planMatmul(kernel, target) : undefined;
}
