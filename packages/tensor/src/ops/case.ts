import type { DType } from '../dtype.ts';
import type { Node } from '../graph.ts';
import type { Shape } from '../shape.ts';

/** How the values of a test input are drawn. */
export type Values =
  /** Standard normal (floats), or integers in [−8, 8] ([0, 8] for unsigned). The default. */
  | 'normal'
  /** In [0.25, 4): for logarithms, roots and divisors. */
  | 'positive'
  /** Distinct values at least 0.05 apart, in random order: for extrema and sorting. */
  | 'distinct'
  /** Integers in [0, `below`). */
  | { readonly below: number }
  /** These, in row-major order. */
  | readonly number[];

/** One input of a test case. */
export interface CaseInput {
  readonly shape: Shape;
  /** f32 by default. */
  readonly dtype?: DType;
  readonly values?: Values;
  /** `false`: no gradient is checked for it. By default floats have one. */
  readonly differentiable?: boolean;
}

/**
 * One test of an operation: plain data and a function, so that bundles drop it. The runner in `testing/`
 * compares every backend with the oracle on it, and its gradients with finite differences.
 */
export interface OpCase {
  /** What is special here; unique within the operation's list. */
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  /** The outputs, from the inputs as tensors of the graph. */
  build(inputs: readonly Node[]): Node | readonly Node[];
  /** `false` where the operation has no gradient or the point is not smooth. */
  readonly gradient?: boolean;
  /** Also check the gradient of the gradient. */
  readonly secondOrder?: boolean;
  /** `K` of the tolerance 8·ε·√K·Σ|terms|: the number of terms that add up to one element. 1 by default. */
  readonly terms?: number;
  /** `true`: each element is judged by its own size; by default by the largest of the tensor. */
  readonly relative?: boolean;
  /** `true`: on small integers the result must be exactly equal. */
  readonly exact?: boolean;
}
