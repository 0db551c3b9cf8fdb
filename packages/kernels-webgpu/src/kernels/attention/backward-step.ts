import type { AttentionProblem, CoarseOperand, KernelBuffer } from '@llm/tensor/backend';
import type { Target } from '../../kernel.ts';

/** The operands of the backward operation beside those of the forward one. */
export interface BackwardOperands {
  readonly out: CoarseOperand;
  readonly logSumExp: CoarseOperand;
  readonly dOut: CoarseOperand;
  readonly dLogSumExp: CoarseOperand | undefined;
}

/** What the steps of the backward operation share. */
export interface BackwardStep {
  readonly name: string;
  readonly problem: AttentionProblem;
  readonly operands: BackwardOperands;
  /** The operation's buffers and `removed`. */
  readonly buffers: readonly KernelBuffer[];
  /** The scratch buffer with a number for each query: [batch, heads, queries]. */
  readonly removed: number;
  readonly target: Target;
}
