import type { StateMismatch } from '../module/state.ts';

/** How a checkpoint fitted a model. */
export interface LoadReport extends StateMismatch {
  /** Tensors of the checkpoint that the format is known to carry and that have no use here. */
  readonly ignored: readonly string[];
}
