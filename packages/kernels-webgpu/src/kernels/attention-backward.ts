import {
  attentionProblem,
  type CoarseKernel,
  type CoarseOperand,
  type KernelBuffer,
} from '@llm/tensor/backend';
import { type KernelPlan, nothing, type Target } from '../kernel.ts';
import type { BackwardOperands } from './attention/backward-step.ts';
import { keyGradientsStep } from './attention/key-gradients.ts';
import { queryGradientsStep } from './attention/query-gradients.ts';
import { removedStep } from './attention/removed.ts';

/**
 * Gradients of attention, by tiles, without ever holding queries × keys weights: they are computed again
 * from the log-sum-exp (Dao et al., FlashAttention, 2022):
 *
 *     P = exp(scale · Q Kᵀ − logSumExp)    dP = dO Vᵀ    dS = scale · P ∘ (dP − removed)
 *     dV = Pᵀ dO    dK = dSᵀ Q    dQ = dS K
 *
 * Three kernels: `removed`, rowsum(dO ∘ O) less the log-sum-exp's own gradient; dQ, a workgroup for 32
 * queries; dK and dV, a workgroup for 32 keys of a key head, over all query heads that read it. Each sum has
 * one owner, so nothing is added atomically.
 */
export function planAttentionBackward(kernel: CoarseKernel, target: Target): KernelPlan {
  const problem = attentionProblem(kernel);
  const { batch, heads, queries, keyHeads, keys, rest } = problem;
  const [out, logSumExp, dOut, dLogSumExp] = rest as [
    CoarseOperand,
    CoarseOperand,
    CoarseOperand,
    CoarseOperand | undefined,
  ];
  const [dQ, dK, dV] = kernel.outputs as [CoarseOperand, CoarseOperand, CoarseOperand];
  if (batch * keyHeads * keys === 0) return nothing;
  const operands: BackwardOperands = { out, logSumExp, dOut, dLogSumExp };
  const size = batch * heads * queries;
  const removed = kernel.buffers.length;
  const buffers = (access: KernelBuffer['access']): readonly KernelBuffer[] => [
    ...kernel.buffers,
    { dtype: 'f32', size, access },
  ];
  const shared = { problem, operands, removed, target };
  const write = { ...shared, name: `${kernel.name} (removed)`, buffers: buffers('write') };
  const read = { ...shared, buffers: buffers('read') };
  const overKeys = keyGradientsStep({ ...read, name: `${kernel.name} (keys, values)` }, dK, dV);
  // Without queries the gradients of keys and values are zeros.
  if (size === 0) return { steps: [overKeys], scratchBytes: [4] };
  return {
    steps: [
      removedStep(write),
      queryGradientsStep({ ...read, name: `${kernel.name} (queries)` }, dQ),
      overKeys,
    ],
    scratchBytes: [4 * size],
  };
}
