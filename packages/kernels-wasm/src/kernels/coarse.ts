import { type CoarseKernel, isAttentionRows, type Spec } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import type { Target } from '../wasm/index.ts';
import { fitsDecoding } from './attention/fits.ts';
import { planAttention, supportsAttention } from './attention.ts';
import { planAttentionBackward, supportsAttentionBackward } from './attention-backward.ts';
import { planAttentionDecode } from './attention-decode.ts';
import { planCumsum } from './cumsum.ts';
import { planQuantizedLinear, supportsQuantizedLinear } from './quantized-linear.ts';
import { planScatterAdd } from './scatter-add.ts';
import { planSort } from './sort.ts';
import { planUpdateSlice, supportsUpdateSlice } from './update-slice.ts';

/** A template for one coarse operation. */
export interface CoarseTemplate {
  /** Whether it takes these inputs. */
  supports(attributes: unknown, inputs: readonly Spec[]): boolean;
  /** Whether it reads this input through strides; see `Backend.takesStrided`. Absent: it reads none so. */
  takesStrided?(attributes: unknown, input: number): boolean;
  /** Whether its output may lie where an input does; see `Backend.overwrites`. Absent: it may not. */
  overwrites?(kernel: CoarseKernel, read: number): boolean;
  /** The kernels. Buffers are the coarse kernel's, in order; scratch follows. */
  plan(kernel: CoarseKernel, target: Target, key: string): KernelPlan;
}

const always = () => true;

/** Every coarse operation with a template, by name. */
const templates: Readonly<Record<string, CoarseTemplate>> = {
  attention: {
    supports: (attributes, inputs) =>
      fitsDecoding(attributes, inputs) || supportsAttention(attributes, inputs),
    takesStrided: isAttentionRows,
    plan: (kernel, target, key) =>
      (fitsDecoding(kernel.attributes, kernel.inputs) ? planAttentionDecode : planAttention)(
        kernel,
        target,
        key,
      ),
  },
  attentionBackward: {
    supports: supportsAttentionBackward,
    takesStrided: isAttentionRows,
    plan: planAttentionBackward,
  },
  cumsum: { supports: always, plan: planCumsum },
  quantizedLinear: { supports: supportsQuantizedLinear, plan: planQuantizedLinear },
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
};

/** Whether a template exists for an operation on these inputs. */
export function supportsCoarse(
  operation: string,
  attributes: unknown,
  inputs: readonly Spec[],
): boolean {
  return Object.hasOwn(templates, operation) && templates[operation]!.supports(attributes, inputs);
}

/** Whether an operation's template reads this input through strides. */
export function coarseTakesStrided(operation: string, attributes: unknown, input: number): boolean {
  const template = Object.hasOwn(templates, operation) ? templates[operation] : undefined;
  return template?.takesStrided?.(attributes, input) ?? false;
}

/** Whether a coarse kernel's output may lie where it reads. */
export function coarseOverwrites(kernel: CoarseKernel, read: number): boolean {
  return templates[kernel.operation]?.overwrites?.(kernel, read) ?? false;
}

/** The kernels of a coarse operation. @throws Error where there is no template */
export function planCoarse(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const template = templates[kernel.operation];
  if (!template) {
    const known = Object.keys(templates).join(', ');
    throw new Error(`wasm: no kernel for '${kernel.operation}'; there are ${known}`);
  }
  return template.plan(kernel, target, key);
}
